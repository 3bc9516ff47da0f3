import type { AttackProblem } from '@entropic-lab/plugin-sdk';
import { norm, perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { HopSkipJumpOptions } from './options.ts';

export type HopSkipJumpProblem = AttackProblem<HopSkipJumpOptions>;

/** Numbers of an image. */
export function sizeOf({ inputs: { shape } }: HopSkipJumpProblem): number {
  return shape[1] * shape[2] * shape[3];
}

/** `a` where `isA` is 1, else `b`; exactly, so that an image whose answer is known stays that image. */
export function choose(isA: tf.Tensor1D, a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D {
  const keep = perExample(isA, a);
  return tf.add(tf.mul(a, keep), tf.mul(b, tf.sub(1, keep))) as tf.Tensor4D;
}

/** The closest image that the network gets wrong so far, and how far it is from the input. */
export type Best = { image: tf.Tensor4D; distance: tf.Tensor1D };

/** @param hit 1 where the network gets `image` wrong */
export function closer({ inputs, threat }: HopSkipJumpProblem, best: Best, { image, hit }: { image: tf.Tensor4D; hit: tf.Tensor1D }): Best {
  const distance = norm(tf.sub(image, inputs), threat.norm);
  const better = tf.mul(hit, tf.step(tf.sub(best.distance, distance))) as tf.Tensor1D;
  return { image: choose(better, image, best.image), distance: tf.add(tf.mul(better, distance), tf.mul(tf.sub(1, better), best.distance)) as tf.Tensor1D };
}
