import { direction, lossAndGradient, project, succeeded, type AttackProblem, type Objective } from '@entropic-lab/plugin-sdk';
import { norm, perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { ApgdOptions } from './options.ts';

export type ApgdProblem = AttackProblem<ApgdOptions>;

/** What is carried from step to step, by example; counts and sizes are [batch]. */
export type Ascent = {
  x: tf.Tensor4D;
  before: tf.Tensor4D;
  gradient: tf.Tensor4D;
  loss: tf.Tensor1D;
  best: { x: tf.Tensor4D; gradient: tf.Tensor4D; loss: tf.Tensor1D };
  /** The last image that succeeded, and 1 where there is one. */
  adversarial: { x: tf.Tensor4D; found: tf.Tensor1D };
  /** Steps since the last look that raised the loss. */
  rises: tf.Tensor1D;
  stepSize: tf.Tensor1D;
  /** Share of the new direction; the rest is momentum. 1 at the first step, 0.75 after. */
  fresh: tf.Scalar;
};

const FRESH = 0.75;

/** The ascent at a random start on the surface of the ball. */
export function begin(problem: ApgdProblem, goal: Objective): Ascent {
  const { inputs, threat, random } = problem;
  const draw = threat.norm === 'linf' ? tf.sub(tf.mul(random.uniform(), 2), 1) : random.normal();
  const surface = tf.mul(draw, perExample(tf.div(threat.epsilon, norm(draw, threat.norm)), draw));
  const x = project(tf.add(inputs, surface) as tf.Tensor4D, inputs, threat);
  const { loss, gradient, logits } = at(problem, x, goal);
  return {
    x, before: x, gradient, loss, best: { x, gradient, loss }, adversarial: { x, found: succeeded(problem.criterion, logits) },
    rises: tf.zerosLike(loss), stepSize: tf.fill(loss.shape, 2 * threat.epsilon), fresh: tf.scalar(1),
  };
}

/** One step with momentum, equations (1) and (2) of the paper, and what it brought. */
export function advance(problem: ApgdProblem, goal: Objective): (state: Ascent) => Ascent {
  const { inputs, threat, criterion } = problem;
  return ({ x, before, gradient, loss, best, adversarial, rises, stepSize, fresh }) => {
    const along = tf.mul(direction(gradient, threat.norm), perExample(stepSize, x));
    const straight = project(tf.add(x, along) as tf.Tensor4D, inputs, threat);
    const momentum = tf.mul(tf.sub(x, before), tf.sub(1, fresh));
    const next = project(tf.add(x, tf.add(tf.mul(tf.sub(straight, x), fresh), momentum)) as tf.Tensor4D, inputs, threat);
    const there = at(problem, next, goal);
    const hit = succeeded(criterion, there.logits);
    const better = tf.step(tf.sub(there.loss, best.loss)) as tf.Tensor1D;
    return {
      x: next, before: x, gradient: there.gradient, loss: there.loss, stepSize,
      best: { x: pick(better, next, best.x), gradient: pick(better, there.gradient, best.gradient), loss: tf.maximum(there.loss, best.loss) },
      adversarial: { x: pick(hit, next, adversarial.x), found: tf.maximum(hit, adversarial.found) },
      rises: tf.add(rises, tf.step(tf.sub(there.loss, loss))),
      fresh: tf.add(tf.mul(fresh, 0), FRESH),
    };
  };
}

function at({ model }: ApgdProblem, x: tf.Tensor4D, goal: Objective) {
  const forward = (images: tf.Tensor4D) => {
    const logits = model.logits(images);
    return { logits, loss: goal(logits) };
  };
  return lossAndGradient(x, forward, model.classes);
}

/** `a` where `isA` is 1, else `b`. */
export function pick(isA: tf.Tensor1D, a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D {
  const keep = perExample(isA, a);
  return tf.add(tf.mul(a, keep), tf.mul(b, tf.sub(1, keep))) as tf.Tensor4D;
}
