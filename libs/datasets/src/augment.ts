import type { AugmentSpec } from '@entropic-lab/protocol';
import type { Rng } from '@entropic-lab/tensor';
import type { ImageShape } from './example-set.ts';

/**
 * How every example of a set is moved in one epoch: for each in turn the pixels down, the pixels right, and 1 where it
 * is mirrored. An example's move depends on seed, epoch and its index in the set, and on neither the batch size nor the
 * order. Pixels that nothing covers repeat the nearest edge.
 */
export function augmentation(spec: AugmentSpec, rng: Rng, { epoch, count, shape }: { epoch: number; count: number; shape: ImageShape }): Int16Array {
  const draws = rng.fork(`augment ${epoch}`).uniform(3 * count);
  const reach = { down: Math.floor(spec.shift * shape[0]), right: Math.floor(spec.shift * shape[1]) };
  const moves = new Int16Array(3 * count);
  for (let at = 0; at < moves.length; at += 3) {
    moves[at] = Math.floor(draws[at]! * (2 * reach.down + 1)) - reach.down;
    moves[at + 1] = Math.floor(draws[at + 1]! * (2 * reach.right + 1)) - reach.right;
    moves[at + 2] = spec.flip && draws[at + 2]! < 0.5 ? 1 : 0;
  }
  return moves;
}

export function changesNothing(spec: AugmentSpec): boolean {
  return spec.shift === 0 && !spec.flip;
}
