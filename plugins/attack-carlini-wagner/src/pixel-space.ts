import type { Bounds } from '@entropic-lab/protocol';
import * as tf from '@tensorflow/tfjs-core';

/** Pixels at the bounds are moved in by this share, since arctanh is infinite at 1. As in foolbox. */
const INSIDE = 0.999999;

/** The space where any number is an allowed pixel: x = tanh(w), scaled to the bounds. */
export function pixelSpace({ min, max }: Bounds) {
  const center = (min + max) / 2;
  const half = (max - min) / 2;
  return {
    enter: (x: tf.Tensor4D): tf.Tensor4D => tf.atanh(tf.mul(tf.div(tf.sub(x, center), half), INSIDE)),
    leave: (w: tf.Tensor): tf.Tensor4D => tf.add(tf.mul(tf.tanh(w), half), center) as tf.Tensor4D,
  };
}
