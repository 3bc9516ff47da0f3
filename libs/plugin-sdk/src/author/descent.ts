import type { Norm, ThreatModel } from '@entropic-lab/protocol';
import { norm, perExample, projectBall, uniformInBall } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { AttackModel, AttackProblem, AttackRandom } from '../attack.ts';
import type { Objective } from './objective.ts';

/** The gradient of the objective, summed over the examples, in the inputs: shape of `inputs`. */
export function inputGradient(model: AttackModel, inputs: tf.Tensor4D, objective: Objective): tf.Tensor4D {
  return tf.grad((x: tf.Tensor) => tf.sum(objective(model.logits(x as tf.Tensor4D))))(inputs) as tf.Tensor4D;
}

/** What `forward` makes of a variable: a loss for each example, [batch], and the logits it came from. */
export interface Forward {
  readonly loss: tf.Tensor1D;
  readonly logits: tf.Tensor2D;
}

/**
 * The gradient of the summed loss in the variable, with the losses and logits of the same pass: one forward call, not
 * two, for attacks that also want to know the network's answer.
 */
export function lossAndGradient<T extends tf.Tensor>(variable: T, forward: (variable: T) => Forward, classes: number): Forward & { readonly gradient: T } {
  const batch = variable.shape[0]!;
  // Loss and logits side by side as one result, of which only the loss is weighted.
  const weights = tf.concat([tf.ones([batch, 1]), tf.zeros([batch, classes])], 1);
  const both = (value: tf.Tensor) => {
    const { loss, logits } = forward(value as T);
    return tf.concat([tf.expandDims(loss, 1), logits], 1);
  };
  const { value, grad } = tf.valueAndGrad(both)(variable, weights);
  return {
    gradient: grad as T,
    loss: tf.squeeze(tf.slice(value, [0, 0], [batch, 1]), [1]),
    logits: tf.slice(value, [0, 1], [batch, classes]) as tf.Tensor2D,
  };
}

/** Smallest float32 that is not denormal. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * Where to step: the sign of the gradient for linf, the gradient scaled to length 1 for l2 and l1. No gradient, no step.
 * @param floor the length below which a gradient is scaled less than to 1. Default: none, however small the gradient.
 */
export function direction(gradient: tf.Tensor4D, kind: Norm, floor = 0): tf.Tensor4D {
  if (kind === 'linf') return tf.sign(gradient);
  // To the largest magnitude first, so that no length of tiny numbers is lost.
  const largest = perExample(tf.maximum(norm(gradient, 'linf'), SMALLEST_NORMAL), gradient);
  const scaled = tf.div(gradient, largest);
  const length = perExample(tf.maximum(norm(scaled, kind), SMALLEST_NORMAL), gradient);
  const unit = tf.div(scaled, length);
  return (floor === 0 ? unit : tf.mul(unit, tf.minimum(1, tf.div(tf.mul(length, largest), floor)))) as tf.Tensor4D;
}

/** The nearest image within epsilon of `x0`, then clipped to the bounds, which takes it no farther from `x0`. */
export function project(x: tf.Tensor4D, x0: tf.Tensor4D, threat: ThreatModel): tf.Tensor4D {
  return clipToBounds(tf.add(x0, projectBall(tf.sub(x, x0), threat)), threat);
}

/** Each pixel moved into the threat model's bounds. */
export function clipToBounds(x: tf.Tensor4D, { bounds }: ThreatModel): tf.Tensor4D {
  return tf.clipByValue(x, bounds.min, bounds.max);
}

/** Images uniform in the ball around the inputs, by volume, then clipped to the bounds. */
export function randomStart({ inputs, random, threat }: Pick<AttackProblem<unknown>, 'inputs' | 'random' | 'threat'>): tf.Tensor4D {
  return clipToBounds(tf.add(inputs, uniformInBall(random as BallRandom, threat)) as tf.Tensor4D, threat);
}

type BallRandom = Pick<AttackRandom, 'uniform' | 'normal'>;
