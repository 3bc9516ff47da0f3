import type { Norm } from '@entropic-lab/protocol';

/** How two batches of images that should be one differ. */
export interface Agreement {
  /** Share of the pixels that differ by more than 1e-5. */
  readonly differingShare: number;
  readonly largestDifference: number;
}

export function compareImages(actual: Float32Array, expected: Float32Array): Agreement {
  const differences = expected.map((value, at) => Math.abs(value - actual[at]!));
  return {
    differingShare: differences.filter((difference) => difference > 1e-5).length / Math.max(expected.length, 1),
    largestDifference: differences.reduce((largest, difference) => Math.max(largest, difference), 0),
  };
}

/** Settings of the bounded attacks in the recording. */
export const recordedAttacks = {
  fgsm: { norm: 'linf', epsilon: 0.3, steps: 1, stepSize: 1 },
  bim: { norm: 'linf', epsilon: 0.3, steps: 10, stepSize: 0.2 },
  'pgd-linf': { norm: 'linf', epsilon: 0.3, steps: 40, stepSize: 0.01 / 0.3 },
  'pgd-l2': { norm: 'l2', epsilon: 4.5, steps: 50, stepSize: 0.025 },
  'fgsm-eps0.1': { norm: 'linf', epsilon: 0.1, steps: 1, stepSize: 1 },
  'pgd-linf-eps0.1': { norm: 'linf', epsilon: 0.1, steps: 40, stepSize: 0.01 / 0.3 },
  'pgd-l2-eps1': { norm: 'l2', epsilon: 1, steps: 50, stepSize: 0.025 },
} as const satisfies Record<string, { norm: Norm; epsilon: number; steps: number; stepSize: number }>;
