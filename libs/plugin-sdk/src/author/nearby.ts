import { Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { LossBatch } from '../loss.ts';
import { inputGradient, project } from './descent.ts';
import type { Objective } from './objective.ts';

/** Options of {@link worstNearby}, for the schema of a loss that uses it. */
export const nearbyOptions = {
  epsilon: z.number().min(0).default(0.3).meta({ title: 'Epsilon', description: 'linf distance within which images are searched, in the units of the pixels.' }),
  steps: z.int().min(1).default(10).meta({ title: 'Steps', description: 'Steps of the search.' }),
  stepSize: z.number().positive().default(0.075).meta({ title: 'Step size', description: 'Length of a step in the units of the pixels.' }),
};

/** Where the search starts: beside the input, since at the input the divergence has no gradient. */
const JITTER = 1e-3;

/**
 * An image within epsilon (linf) of each input for which `objective` of its logits is large: signed steps, each projected
 * onto the ball and the bounds. For `LossDefinition.perturb`.
 */
export function worstNearby(
  { inputs, classes, forward, bounds }: LossBatch<unknown>,
  { epsilon, steps, stepSize }: { epsilon: number; steps: number; stepSize: number },
  objective: Objective,
): tf.Tensor4D {
  const threat = { norm: 'linf' as const, epsilon, bounds };
  const model = { classes, logits: (x: tf.Tensor4D) => forward(x).logits };
  // The same jitter at each step: random enough to leave the stationary point, and nothing that resuming could lose.
  const jitter = tf.tensor(new Rng(0).fork('jitter').normal(inputs.size), inputs.shape);
  let x = project(tf.add(inputs, tf.mul(jitter, JITTER)) as tf.Tensor4D, inputs, threat);
  for (let step = 0; step < steps; step++) {
    const along = tf.sign(inputGradient(model, x, objective));
    x = project(tf.add(x, tf.mul(along, stepSize)) as tf.Tensor4D, inputs, threat);
  }
  return x;
}

/** Sum over classes of p log(p / q), [batch], of softmax outputs given by their logits. */
export function divergence(p: tf.Tensor2D, q: tf.Tensor2D): tf.Tensor1D {
  const logP = tf.logSoftmax(p);
  return tf.sum(tf.mul(tf.exp(logP), tf.sub(logP, tf.logSoftmax(q))), 1);
}
