import { lossAndGradient, type AttackProblem, type Forward } from '@entropic-lab/plugin-sdk';
import { asRows, labelLogit, norm, perExample, runnerUpLogit } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { CarliniWagnerOptions } from './options.ts';
import { pixelSpace } from './pixel-space.ts';

export type CarliniWagnerProblem = AttackProblem<CarliniWagnerOptions>;

/** The closest success of each example so far, and how far it is from the input; FAR where there is none. */
export type Best = { image: tf.Tensor4D; distance: tf.Tensor1D };

export const FAR = 1e30;

/** What Adam carries from step to step. `loss` is each example's at the last step, `active` 0 where it has stopped. */
export type Descent = {
  delta: tf.Tensor4D;
  first: tf.Tensor4D;
  second: tf.Tensor4D;
  time: tf.Scalar;
  loss: tf.Tensor1D;
  active: tf.Tensor1D;
  found: tf.Tensor1D;
  best: Best;
};

export function startDescent({ inputs }: CarliniWagnerProblem, best: Best): Descent {
  const zeros = tf.zerosLike(inputs);
  const none = tf.zerosLike(best.distance);
  return { delta: zeros, first: zeros, second: zeros, time: tf.scalar(0), loss: none, active: tf.onesLike(none), found: none, best };
}

/**
 * One step of Adam on |x - x0|^2 + constant * max(lead + confidence, 0), each example by itself, where `lead` is how far
 * the logits are from success. Section VI.A of the paper, objective f6.
 * @param constants [batch]
 */
export function descentStep(problem: CarliniWagnerProblem, constants: tf.Tensor1D): (state: Descent) => Descent {
  const { inputs: x0, model, options, threat } = problem;
  const space = pixelSpace(threat.bounds);
  const origin = space.enter(x0);
  const center = space.leave(origin);
  const missing = (logits: tf.Tensor2D) => tf.relu(tf.add(lead(problem, logits), options.confidence));
  const forward = (delta: tf.Tensor4D): Forward => {
    const x = space.leave(tf.add(origin, delta));
    const logits = model.logits(x);
    const distance = tf.sum(tf.square(asRows(tf.sub(x, center))), 1);
    return { logits, loss: tf.add(distance, tf.mul(constants, missing(logits))) as tf.Tensor1D };
  };
  return (state) => {
    const { loss, logits, gradient } = lossAndGradient(state.delta, forward, model.classes);
    const hit = reached(problem, logits);
    const x = space.leave(tf.add(origin, state.delta));
    return { ...adam(state, gradient, options.stepSize), loss, active: state.active, found: tf.maximum(state.found, hit), best: closer(state.best, { x, x0, hit }) };
  };
}

/** How far the logits are from success, [batch]: true class over the best other, or best other over the target. */
function lead({ criterion }: CarliniWagnerProblem, logits: tf.Tensor2D): tf.Tensor1D {
  const classes = criterion.kind === 'untargeted' ? criterion.labels : criterion.targetClasses;
  const ahead = tf.sub(labelLogit(logits, classes), runnerUpLogit(logits, classes)) as tf.Tensor1D;
  return criterion.kind === 'untargeted' ? ahead : tf.neg(ahead);
}

/** 1 where the wrong class wins by the confidence and by more than nothing: a tie is no success. */
function reached(problem: CarliniWagnerProblem, logits: tf.Tensor2D): tf.Tensor1D {
  const by = tf.neg(lead(problem, logits));
  return tf.mul(tf.step(by), tf.cast(tf.greaterEqual(by, problem.options.confidence), 'float32')) as tf.Tensor1D;
}

function adam({ delta, first, second, time, active }: Descent, gradient: tf.Tensor4D, stepSize: number): Pick<Descent, 'delta' | 'first' | 'second' | 'time'> {
  const now = tf.add(time, 1) as tf.Scalar;
  const m = tf.add(tf.mul(first, BETA_1), tf.mul(gradient, 1 - BETA_1)) as tf.Tensor4D;
  const v = tf.add(tf.mul(second, BETA_2), tf.mul(tf.square(gradient), 1 - BETA_2)) as tf.Tensor4D;
  const unbiased = (moment: tf.Tensor, beta: number) => tf.div(moment, tf.sub(1, tf.exp(tf.mul(now, Math.log(beta)))));
  const update = tf.div(unbiased(m, BETA_1), tf.add(tf.sqrt(unbiased(v, BETA_2)), ADAM_EPSILON));
  const moved = tf.sub(delta, tf.mul(tf.mul(update, stepSize), perExample(active, delta))) as tf.Tensor4D;
  return { delta: moved, first: m, second: v, time: now };
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const ADAM_EPSILON = 1e-8;

function closer(best: Best, { x, x0, hit }: { x: tf.Tensor4D; x0: tf.Tensor4D; hit: tf.Tensor1D }): Best {
  const distance = norm(tf.sub(x, x0), 'l2');
  const better = tf.mul(hit, tf.step(tf.sub(best.distance, distance)));
  const take = perExample(better, x);
  return {
    image: tf.add(tf.mul(x, take), tf.mul(best.image, tf.sub(1, take))) as tf.Tensor4D,
    distance: tf.add(tf.mul(distance, better), tf.mul(best.distance, tf.sub(1, better))) as tf.Tensor1D,
  };
}
