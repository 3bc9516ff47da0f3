import { LabError } from './errors.ts';
import type { AttackResult } from './metrics.ts';
import type { Norm } from './threat-model.ts';

/** What of an attack's result tells distances. */
export type AttackedExamples = Pick<AttackResult, 'plugin' | 'norm'> & { readonly perExample: Pick<AttackResult['perExample'], 'label' | 'cleanPrediction' | 'outcome' | 'distance'> };

/** The shortest adversarial perturbation known of each example, in one norm. */
export interface MinimalDistances {
  readonly norm: Norm;
  /** By example: 0 where it is misclassified without one; Infinity where no attack found any. */
  readonly distances: Float64Array;
  /** Examples classified correctly without a perturbation. */
  readonly correct: number;
  /** Of these, those of which a perturbation is known. */
  readonly found: number;
}

/**
 * The best of several attacks on the same examples: sweeps, minimal attacks, or both.
 * @throws LabError INVALID_INPUT for none, or attacks of other norms or examples.
 */
export function minimalDistances(results: readonly AttackedExamples[]): MinimalDistances {
  const [first, ...others] = results;
  if (first === undefined) throw refuse('one attack or more', 'none');
  for (const other of others) {
    if (other.norm !== first.norm) throw refuse(`attacks in ${first.norm}`, other.norm);
    if (!sameExamples(first, other)) throw refuse('attacks on the same examples', `another set (${other.plugin})`);
  }
  const distances = Float64Array.from(first.perExample.outcome, (outcome) => (outcome === 'skippedMisclassified' ? 0 : Infinity));
  for (const { perExample } of results) perExample.distance.forEach((distance, index) => (distances[index] = Math.min(distances[index]!, distance ?? Infinity)));
  const correct = first.perExample.outcome.filter((outcome) => outcome !== 'skippedMisclassified').length;
  const found = first.perExample.outcome.filter((outcome, index) => outcome !== 'skippedMisclassified' && Number.isFinite(distances[index])).length;
  return { norm: first.norm, distances, correct, found };
}

/**
 * The median over the correctly classified examples, where one without a known perturbation counts as infinitely far:
 * null where that is half of them or more. A median over the found alone would call the network weaker the fewer are found.
 */
export function medianMinimalPerturbation({ distances, correct, found }: MinimalDistances): number | null {
  if (correct === 0 || 2 * found <= correct) return null;
  // The misclassified come first, at 0.
  const sorted = distances.slice().sort().slice(distances.length - correct);
  const middle = correct >> 1;
  return correct % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
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

function sameExamples({ perExample: a }: AttackedExamples, { perExample: b }: AttackedExamples): boolean {
  return a.label.length === b.label.length && a.label.every((label, index) => label === b.label[index] && a.cleanPrediction[index] === b.cleanPrediction[index]);
}

function refuse(expected: string, got: string): LabError {
  return new LabError('INVALID_INPUT', `[metrics] expected ${expected}, got ${got} (results). Attack the same examples in one norm.`, { path: 'results' });
}
