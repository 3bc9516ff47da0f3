import type { Norm } from '@entropic-lab/protocol';
import * as tf from '@tensorflow/tfjs-core';

/** Length of each example's perturbation: delta [batch, ...shape] -> [batch]. Accurate down to float32's smallest numbers. */
export function norm(delta: tf.Tensor, kind: Norm): tf.Tensor1D {
  return lengths[kind](asRows(delta)) as tf.Tensor1D;
}

/** One row per example, [batch, numbers of an example]; works for a batch of none. */
export function asRows(values: tf.Tensor): tf.Tensor2D {
  const [batch = 1, ...shape] = values.shape;
  return tf.reshape(values, [batch, shape.reduce((product, size) => product * size, 1)]);
}

/** [batch] spread over the axes of `like`: [batch, 1, 1, 1] for images. */
export function perExample(values: tf.Tensor, like: tf.Tensor): tf.Tensor {
  return tf.reshape(values, [like.shape[0]!, ...like.shape.slice(1).map(() => 1)]);
}

const lengths: Readonly<Record<Norm, (rows: tf.Tensor) => tf.Tensor>> = {
  linf: (rows) => tf.max(tf.abs(rows), 1),
  l2: euclideanLength,
  l1: (rows) => tf.sum(tf.abs(rows), 1),
};

/** Scaled by the largest magnitude first: squares of float32 gradients below 1e-19 would be lost. */
function euclideanLength(rows: tf.Tensor): tf.Tensor {
  const largest = tf.max(tf.abs(rows), 1, true);
  const scaled = tf.div(rows, tf.maximum(largest, SMALLEST_NORMAL));
  return tf.mul(tf.squeeze(largest, [1]), tf.sqrt(tf.sum(tf.square(scaled), 1)));
}

/** Smallest float32 that is not denormal: a divisor that is never 0. */
export const SMALLEST_NORMAL = 2 ** -126;
