import type { Bounds, Norm } from '@entropic-lab/protocol';
import { asRows } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Smallest float32 that is not denormal. */
const SMALLEST_NORMAL = 2 ** -126;
/** Beyond any distance in units of the largest weight, and small enough that its products stay finite. */
const FARTHEST = 1e15;
/**
 * What is missing falls with time along a convex, piecewise linear curve, so each step of Newton's method from the left
 * cuts (what is missing x slope) to a quarter or less: 10 steps leave a millionth of it; 6 do as a rule. No sort, so that
 * it compiles.
 */
const NEWTON_STEPS = 10;

/** The plane where value + gradient . (z - x) = 0: value [batch], gradient and x [batch, height, width, channels]. */
export interface Plane {
  readonly value: tf.Tensor1D;
  readonly gradient: tf.Tensor4D;
  readonly x: tf.Tensor4D;
}

/**
 * The least step from `from` that reaches the plane and stays within the bounds, in l2 or linf; where no image within
 * the bounds is on the plane, the step to the one that comes nearest. Pixels walk towards the plane, each at the speed
 * that the norm gives it, until a bound stops them; searched is the time they need. Section 3.1 of the paper.
 */
export function stepOntoPlane(from: tf.Tensor4D, { value, gradient, x }: Plane, { norm, bounds }: { norm: Norm; bounds: Bounds }): tf.Tensor4D {
  // To a largest weight of 1 first, so that no square of a small one is lost.
  const largest = tf.maximum(tf.max(tf.abs(asRows(gradient)), 1, true), SMALLEST_NORMAL);
  const signed = tf.div(asRows(gradient), largest);
  const weights = tf.abs(signed);
  const ahead = tf.add(tf.clipByValue(tf.div(tf.expandDims(value, 1), largest), -FARTHEST, FARTHEST), tf.sum(tf.mul(signed, asRows(tf.sub(from, x))), 1, true));
  const way = tf.mul(tf.sign(signed), tf.neg(tf.sign(ahead)));
  const room = roomOf(asRows(from), way, bounds);
  const speed = norm === 'l2' ? weights : tf.sign(weights);
  const walked = (time: tf.Tensor) => tf.minimum(tf.mul(speed, time), room);
  let time = tf.zerosLike(ahead);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const moving = tf.step(tf.sub(room, tf.mul(speed, time)));
    const missing = tf.relu(tf.sub(tf.abs(ahead), tf.sum(tf.mul(walked(time), weights), 1, true)));
    const slope = tf.sum(tf.mul(tf.mul(speed, weights), moving), 1, true);
    time = tf.add(time, tf.div(missing, tf.maximum(slope, 1 / FARTHEST)));
  }
  return tf.reshape(tf.mul(way, walked(time)), from.shape);
}

/** How far each pixel can go its way. */
function roomOf(from: tf.Tensor, way: tf.Tensor, { min, max }: Bounds): tf.Tensor {
  const up = tf.step(way);
  const down = tf.step(tf.neg(way));
  return tf.relu(tf.add(tf.mul(up, tf.sub(max, from)), tf.mul(down, tf.sub(from, min))));
}
