import type { Target } from '@entropic-lab/protocol';
import type { Rng } from '@entropic-lab/tensor';

/** One class for each example of a set, never its own label. `random` depends on the seed and the example's place alone. */
export function targetsOf(target: Target, labels: Int32Array, { classes, rng }: { classes: number; rng: Rng }): Int32Array {
  const further = (index: number): number => (target === 'next' ? 1 : 1 + rng.fork(index).integers(classes - 1, 1)[0]!);
  return labels.map((label, index) => (label + further(index)) % classes);
}
