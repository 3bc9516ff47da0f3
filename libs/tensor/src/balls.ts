import type { Norm } from '@entropic-lab/protocol';
import * as tf from '@tensorflow/tfjs-core';
import { asRows, norm, perExample, SMALLEST_NORMAL } from './norms.ts';

/** The set `norm(delta) <= epsilon`. */
export interface Ball {
  readonly norm: Norm;
  /** In the units of the pixels, at least 0. */
  readonly epsilon: number;
}

/** The nearest point of the ball, in the Euclidean sense, for each example: delta [batch, ...shape]. */
export function projectBall<T extends tf.Tensor>(delta: T, ball: Ball): T {
  return projections[ball.norm](delta, ball.epsilon) as T;
}

/** Each example that is longer than epsilon scaled down to it: for l1 and linf not the nearest point of the ball. */
export function clipNorm<T extends tf.Tensor>(delta: T, ball: Ball): T {
  const length = norm(delta, ball.norm);
  return tf.mul(delta, perExample(shrink(length, ball.epsilon), delta)) as T;
}

const projections: Readonly<Record<Norm, (delta: tf.Tensor, epsilon: number) => tf.Tensor>> = {
  linf: (delta, epsilon) => tf.clipByValue(delta, -epsilon, epsilon),
  l2: (delta, epsilon) => clipNorm(delta, { norm: 'l2', epsilon }),
  l1: projectL1,
};

/** min(1, epsilon / length), and 1 for a length of 0. */
function shrink(length: tf.Tensor, epsilon: number): tf.Tensor {
  const longer = tf.maximum(length, Math.max(epsilon, SMALLEST_NORMAL));
  return tf.minimum(1, tf.div(epsilon, longer));
}

/**
 * Soft thresholding by the theta with sum max(|delta| - theta, 0) = epsilon, found by Newton's method from below.
 * That function is convex and piecewise linear, so each step cuts (excess x slope) to a quarter or less: 24 steps end
 * below float32's precision for 10^4 numbers of 10^3 epsilons; some 6 do as a rule. No sort, so that it compiles.
 * L. Condat, "Fast projection onto the simplex and the l1 ball", Math. Program. 158, 2016 (Michelot's algorithm).
 */
function projectL1(delta: tf.Tensor, epsilon: number): tf.Tensor {
  const magnitudes = tf.abs(asRows(delta));
  let theta: tf.Tensor = tf.zerosLike(tf.sum(magnitudes, 1, true));
  for (let step = 0; step < L1_STEPS; step++) {
    const above = tf.sub(magnitudes, theta);
    const excess = tf.sub(tf.sum(tf.relu(above), 1, true), epsilon);
    const slope = tf.sum(tf.step(above), 1, true);
    theta = tf.add(theta, tf.relu(tf.div(excess, tf.maximum(slope, 1))));
  }
  const shrunk = tf.reshape(tf.relu(tf.sub(magnitudes, theta)), delta.shape);
  return clipNorm(tf.mul(tf.sign(delta), shrunk), { norm: 'l1', epsilon });
}

const L1_STEPS = 24;

/** What random starts need; `AttackRandom` of the plugin SDK is one. */
export interface BallDraws {
  /** [batch, ...shape], uniform in [0, 1). `shape` defaults to that of an example. */
  uniform(shape?: readonly number[]): tf.Tensor;
  /** [batch, ...shape], standard normal. */
  normal(shape?: readonly number[]): tf.Tensor;
}

/** Uniform in the ball, by volume: [batch, ...shape of an example]. */
export function uniformInBall(draws: BallDraws, ball: Ball): tf.Tensor {
  return tf.mul(starts[ball.norm](draws), ball.epsilon);
}

const starts: Readonly<Record<Norm, (draws: BallDraws) => tf.Tensor>> = {
  linf: (draws) => tf.sub(tf.mul(draws.uniform(), 2), 1),
  // The share of the volume within radius r is r^dimension.
  l2: (draws) => {
    const direction = draws.normal();
    const radius = tf.exp(tf.div(tf.log(positive(draws.uniform([]))), asRows(direction).shape[1]!));
    const scale = tf.div(radius, tf.maximum(norm(direction, 'l2'), SMALLEST_NORMAL));
    return tf.mul(direction, perExample(scale, direction));
  },
  // Exponentials over their sum, one more than there are dimensions, are uniform in the simplex of one orthant.
  l1: (draws) => {
    const magnitude = tf.neg(tf.log(positive(draws.uniform())));
    const rest = tf.neg(tf.log(positive(draws.uniform([]))));
    const orthant = tf.sign(positive(tf.sub(draws.uniform(), 0.5)));
    const scale = tf.div(1, tf.add(norm(magnitude, 'l1'), rest));
    return tf.mul(tf.mul(magnitude, orthant), perExample(scale, magnitude));
  },
};

/** Uniform draws are multiples of 2^-24: moved up by half a cell, away from 0. */
function positive(uniform: tf.Tensor): tf.Tensor {
  return tf.add(uniform, 2 ** -25);
}
