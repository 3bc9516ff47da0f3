import type { ExampleSet } from '@entropic-lab/datasets';
import { pixelsPerExample, readBatch } from '@entropic-lab/datasets';
import { perturbationLength } from '@entropic-lab/plugin-sdk/host';
import { median } from '../wilson.ts';
import type { MinimalDistances } from './minimal-distances.ts';

/**
 * The median over the correctly classified examples, where one without a known perturbation counts as infinitely far:
 * null where that is half of them or more. A median over the found alone would call the network weaker the fewer are found.
 */
export function medianMinimalPerturbation({ distances, correct, found }: MinimalDistances): number | null {
  if (correct === 0 || 2 * found <= correct) return null;
  const sorted = [...distances].filter((distance) => distance > 0).sort((a, b) => a - b);
  const middle = median(sorted.slice(0, correct));
  return middle !== null && Number.isFinite(middle) ? middle : null;
}

export interface EmpiricalRobustness {
  /** Mean over the examples with a known perturbation of its length over that of the image; null where there is none. */
  readonly mean: number | null;
  /** Examples in the mean, and those classified correctly: the fewer of them, the less the mean says. */
  readonly found: number;
  readonly correct: number;
}

/** S. Moosavi-Dezfooli, A. Fawzi, P. Frossard, "DeepFool", CVPR 2016, equation (1) on average; in the norm of the attack. */
export function empiricalRobustness({ norm, distances, correct, found }: MinimalDistances, examples: ExampleSet): EmpiricalRobustness {
  const black = new Float32Array(pixelsPerExample(examples.inputShape));
  let sum = 0;
  distances.forEach((distance, index) => {
    if (distance === 0 || !Number.isFinite(distance)) return;
    const { inputs } = readBatch(examples, Int32Array.of(index));
    sum += distance / perturbationLength({ before: black, after: inputs }, norm);
  });
  return { mean: found === 0 ? null : sum / found, found, correct };
}

export interface CurvePoint {
  readonly epsilon: number;
  /** Examples without a known perturbation of length epsilon or less / all examples. */
  readonly robustAccuracy: number;
}

/** Robust accuracy as a function of epsilon, by example and without a grid: it falls at the distance of each. */
export function robustnessCurve({ distances }: MinimalDistances): CurvePoint[] {
  const finite = [...distances].filter(Number.isFinite).sort((a, b) => a - b);
  const steps = [...new Set([0, ...finite])];
  return steps.map((epsilon) => ({ epsilon, robustAccuracy: 1 - countUpTo(finite, epsilon) / Math.max(1, distances.length) }));
}

/** How many of the sorted values are at most `limit`. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
