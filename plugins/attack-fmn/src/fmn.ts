import { clipToBounds, direction, lossAndGradient, objective, succeeded, type AttackProblem } from '@entropic-lab/plugin-sdk';
import type { Norm } from '@entropic-lab/protocol';
import { norm, perExample, projectBall } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { FmnOptions } from './options.ts';

type FmnProblem = AttackProblem<FmnOptions>;

/** Where an example is, within which radius it may move, its closest success, and 1 once it had one. */
type Search = { delta: tf.Tensor4D; radius: tf.Tensor1D; best: { delta: tf.Tensor4D; distance: tf.Tensor1D }; found: tf.Tensor1D };

/** How far beyond the border the first success is looked for: on it no class wins, and rounding would decide. */
const BEYOND = 1.001;
/** What gamma falls to. As in foolbox. */
const LAST_GAMMA = 0.001;
/** Smallest float32 that is not denormal. */
const SMALLEST_NORMAL = 2 ** -126;
/** The norm in which a gradient says how far the border is, by the norm of the distance. */
const dual: Readonly<Record<Norm, Norm>> = { linf: 'l1', l2: 'l2', l1: 'linf' };

/** The closest image found for each example; the input itself where nothing was. Algorithm 1 of the paper. */
export async function fmn(problem: FmnProblem): Promise<tf.Tensor4D> {
  const { inputs, threat, options, loop } = problem;
  const none = tf.zeros([inputs.shape[0]]) as tf.Tensor1D;
  const farthest = norm(tf.maximum(tf.sub(inputs, threat.bounds.min), tf.sub(threat.bounds.max, inputs)), threat.norm);
  const zeros = tf.zerosLike(inputs);
  const end = await loop(options.steps, { delta: zeros, radius: none, best: { delta: zeros, distance: farthest }, found: none }, step(problem, farthest));
  return tf.add(inputs, end.best.delta);
}

/** @param farthest how far the bounds let an example go, [batch] */
function step(problem: FmnProblem, farthest: tf.Tensor1D): (search: Search, iteration: tf.Scalar) => Search {
  const { inputs: x0, model, criterion, threat, options } = problem;
  const goal = objective(criterion, 'margin');
  const forward = (x: tf.Tensor4D) => {
    const logits = model.logits(x);
    return { logits, loss: goal(logits) };
  };
  return (search, iteration) => {
    const { loss, gradient, logits } = lossAndGradient(tf.add(x0, search.delta) as tf.Tensor4D, forward, model.classes);
    const hit = succeeded(criterion, logits);
    const best = closer(search, hit, threat.norm);
    const found = tf.maximum(search.found, hit) as tf.Tensor1D;
    const gamma = annealed(iteration, { first: options.gamma, last: LAST_GAMMA, steps: options.steps });
    const wanted = radius({ search, best, hit, border: toBorder(loss, gradient, threat.norm), length: norm(search.delta, threat.norm) }, gamma);
    const allowed = tf.minimum(wanted, farthest) as tf.Tensor1D;
    const size = annealed(iteration, { first: options.maxStepSize, last: options.minStepSize, steps: options.steps });
    const moved = within(tf.add(search.delta, tf.mul(direction(gradient, 'l2'), size)) as tf.Tensor4D, allowed, threat.norm);
    return { delta: tf.sub(clipToBounds(tf.add(x0, moved) as tf.Tensor4D, threat), x0), radius: allowed, best, found };
  };
}

/** From `first` to `last` along half a cosine. */
function annealed(iteration: tf.Scalar, { first, last, steps }: { first: number; last: number; steps: number }): tf.Tensor {
  return tf.add(tf.mul(tf.add(tf.cos(tf.mul(iteration, Math.PI / steps)), 1), (first - last) / 2), last);
}

function closer({ delta, best }: Search, hit: tf.Tensor1D, kind: Norm): Search['best'] {
  const distance = norm(delta, kind);
  const better = tf.mul(hit, tf.cast(tf.lessEqual(distance, best.distance), 'float32')) as tf.Tensor1D;
  const take = perExample(better, delta);
  return {
    delta: tf.add(tf.mul(delta, take), tf.mul(best.delta, tf.sub(1, take))) as tf.Tensor4D,
    distance: tf.add(tf.mul(better, distance), tf.mul(tf.sub(1, better), best.distance)) as tf.Tensor1D,
  };
}

/** How far the border is where the network is made linear, [batch]. */
function toBorder(loss: tf.Tensor1D, gradient: tf.Tensor4D, kind: Norm): tf.Tensor {
  return tf.div(tf.abs(loss), tf.maximum(norm(gradient, dual[kind]), SMALLEST_NORMAL));
}

interface Moment {
  readonly search: Search;
  readonly best: Search['best'];
  readonly hit: tf.Tensor1D;
  readonly border: tf.Tensor;
  readonly length: tf.Tensor1D;
}

/**
 * After a success less, and no more than the closest one; after none more. Before the first one as far as the border
 * seems to be, and more at each step all the same: the bounds may cut off what would lead there.
 */
function radius({ search, best, hit, border, length }: Moment, gamma: tf.Tensor): tf.Tensor {
  const less = tf.minimum(tf.mul(search.radius, tf.sub(1, gamma)), best.distance);
  const more = tf.mul(search.radius, tf.add(1, gamma));
  return tf.where(tf.greater(hit, 0), less, tf.where(tf.greater(search.found, 0), more, tf.maximum(more, tf.mul(tf.add(length, border), BEYOND))));
}

/** The nearest point of each example's own ball: that of radius 1, of the perturbation in units of the radius. */
function within(delta: tf.Tensor4D, radii: tf.Tensor1D, kind: Norm): tf.Tensor4D {
  const unit = perExample(tf.maximum(radii, SMALLEST_NORMAL), delta);
  return tf.mul(projectBall(tf.div(delta, unit), { norm: kind, epsilon: 1 }), unit);
}
