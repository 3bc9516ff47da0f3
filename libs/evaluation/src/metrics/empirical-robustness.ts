import type { ExampleSet } from '@entropic-lab/datasets';
import { pixelsPerExample, readBatch } from '@entropic-lab/datasets';
import { perturbationLength } from '@entropic-lab/plugin-sdk/host';
import type { MinimalDistances } from '@entropic-lab/protocol';

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
