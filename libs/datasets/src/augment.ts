import type { AugmentSpec } from '@entropic-lab/protocol';
import type { Rng } from '@entropic-lab/tensor';
import type { ImageShape } from './example-set.ts';

/** How one example is moved in one epoch, in whole pixels. */
export interface Move {
  readonly down: number;
  readonly right: number;
  readonly mirror: boolean;
}

/**
 * Draws the move of every example of an epoch. An example's move depends on seed, epoch and the example's index in
 * the set, and on neither the batch size nor the order.
 */
export function augmentation(spec: AugmentSpec, rng: Rng, { epoch, count, shape }: { epoch: number; count: number; shape: ImageShape }): (index: number) => Move {
  const draws = rng.fork(`augment ${epoch}`).uniform(3 * count);
  const reach = { down: Math.floor(spec.shift * shape[0]), right: Math.floor(spec.shift * shape[1]) };
  return (index) => ({
    down: Math.floor(draws[3 * index]! * (2 * reach.down + 1)) - reach.down,
    right: Math.floor(draws[3 * index + 1]! * (2 * reach.right + 1)) - reach.right,
    mirror: spec.flip && draws[3 * index + 2]! < 0.5,
  });
}

export function changesNothing(spec: AugmentSpec): boolean {
  return spec.shift === 0 && !spec.flip;
}

/** Copies one image from `source` to `target`, moved; pixels that nothing covers repeat the nearest edge. */
export function moveImage(source: Float32Array, target: Float32Array, { shape, move }: { shape: ImageShape; move: Move }): void {
  const [height, width, channels] = shape;
  let at = 0;
  for (let row = 0; row < height; row++) {
    const fromRow = clamp(row - move.down, height);
    for (let column = 0; column < width; column++) {
      const shifted = clamp(column - move.right, width);
      const from = (fromRow * width + (move.mirror ? width - 1 - shifted : shifted)) * channels;
      for (let channel = 0; channel < channels; channel++) target[at++] = source[from + channel]!;
    }
  }
}

function clamp(place: number, size: number): number {
  return place < 0 ? 0 : place >= size ? size - 1 : place;
}
