import { LabError } from '@entropic-lab/protocol';
import * as tf from '@tensorflow/tfjs-core';
import { clipToBounds, project } from '../author/descent.ts';
import { allFinite, allowed, withinBounds, type PixelPair } from './measure.ts';
import type { Proposal } from './propose.ts';

/** @throws LabError PLUGIN_FAILED where it is not one image per input. */
export function checkShape(returned: unknown, { inputs, attack }: Proposal): tf.Tensor4D {
  const tensor = returned instanceof tf.Tensor ? returned : undefined;
  if (tensor !== undefined && !tensor.isDisposed && tf.util.arraysEqual(tensor.shape, inputs.shape)) return tensor as tf.Tensor4D;
  const came = tensor === undefined ? typeof returned : tensor.isDisposed ? 'a disposed tensor' : `[${tensor.shape.join(', ')}]`;
  const message = `[${attack.name}] expected perturb to return images of shape [${inputs.shape.join(', ')}], got ${came}. Return one image per input.`;
  throw new LabError('PLUGIN_FAILED', message);
}

/** The images, moved into the threat model where they are not in it; an image that is in it stays as it is, to the bit. */
export async function intoThreatModel(images: tf.Tensor4D, proposal: Proposal): Promise<{ images: tf.Tensor4D; notFinite: number[] }> {
  const { attack, inputs, threat } = proposal;
  const pairs = pixelPairs((await inputs.data()) as Float32Array, (await tf.cast(images, 'float32').data()) as Float32Array, inputs.shape[0]);
  const rows = pairs.map((_, row) => row);
  const notFinite = rows.filter((row) => !allFinite(pairs[row]!.after));
  const stays = attack.search === 'bounded' ? (pair: PixelPair) => allowed(pair, threat) : (pair: PixelPair) => withinBounds(pair.after, threat.bounds);
  const outside = rows.filter((row) => !notFinite.includes(row) && !stays(pairs[row]!));
  return {
    notFinite,
    images: tf.tidy(() => {
      const moved = (finite: tf.Tensor4D) => (attack.search === 'bounded' ? project(finite, inputs, threat) : clipToBounds(finite, threat));
      const finite = replaceRows(tf.clone(tf.cast(images, 'float32')), notFinite, () => inputs);
      return replaceRows(finite, outside, () => moved(finite));
    }),
  };
}

/** `images` with the listed rows taken from what `other` gives. */
function replaceRows(images: tf.Tensor4D, rows: readonly number[], other: () => tf.Tensor4D): tf.Tensor4D {
  if (rows.length === 0) return images;
  const chosen = new Set(rows);
  const mask = Array.from({ length: images.shape[0] }, (_, row) => (chosen.has(row) ? 1 : 0));
  const condition = tf.tile(tf.tensor4d(mask, [mask.length, 1, 1, 1], 'bool'), [1, ...images.shape.slice(1)]);
  return tf.where(condition, other(), images);
}

export function pixelPairs(before: Float32Array, after: Float32Array, count: number): PixelPair[] {
  const size = before.length / Math.max(count, 1);
  return Array.from({ length: count }, (_, row) => ({
    before: before.subarray(row * size, (row + 1) * size),
    after: after.subarray(row * size, (row + 1) * size),
  }));
}
