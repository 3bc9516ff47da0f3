import { defineLoss, divergence, nearbyOptions, worstNearby } from '@entropic-lab/plugin-sdk';
import { crossEntropy, labelMask } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Keeps the logarithm of 1 - p finite, as in the authors' code. */
const MARGIN = 1e-4;

/** Equation 11 of Wang et al. (2020): counts the change around an image more where the network is wrong about it. */
export const martLoss = defineLoss({
  name: 'mart',
  version: '1.0.0',
  title: 'MART',
  summary: 'Boosted cross-entropy on the worst image near each, plus beta times the divergence weighted by how unsure the network is of the label.',
  citation: {
    authors: 'Y. Wang, D. Zou, J. Yi, J. Bailey, X. Ma, Q. Gu',
    title: 'Improving Adversarial Robustness Requires Revisiting Misclassified Examples',
    year: 2020,
    url: 'https://openreview.net/forum?id=rklOg6EFwS',
  },
  options: z.strictObject({
    beta: z.number().min(0).default(5).meta({ title: 'Beta', description: 'Weight of the divergence, lambda in the paper.' }),
    ...nearbyOptions,
  }),
  presets: { mnist: { epsilon: 0.3, steps: 40, stepSize: 0.01 }, cifar10: { epsilon: 0.031, steps: 10, stepSize: 0.007 } },
  perturb: (batch) => worstNearby(batch, batch.options, (logits) => crossEntropy(logits, batch.labels)),
  compute({ outputs, labels, forward, perturbed, options }) {
    const near = forward(perturbed!).logits;
    const mask = labelMask(near, labels);
    const boosted = tf.mean(tf.add(crossEntropy(near, labels), otherClass(near, mask))) as tf.Scalar;
    const unsure = tf.sub(1, tf.sum(tf.mul(tf.softmax(outputs.logits), mask), 1));
    const apart = tf.mean(tf.mul(divergence(outputs.logits, near), unsure)) as tf.Scalar;
    return { total: tf.add(boosted, tf.mul(apart, options.beta)) as tf.Scalar, terms: { boostedCrossEntropy: boosted, divergence: apart } };
  },
});

/** -log(1 - the largest probability of another class), [batch]. */
function otherClass(logits: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor1D {
  const largest = tf.max(tf.mul(tf.softmax(logits), tf.sub(1, mask)), 1);
  return tf.neg(tf.log(tf.sub(1 + MARGIN, largest))) as tf.Tensor1D;
}
