import { defineLoss, divergence, nearbyOptions, worstNearby } from '@entropic-lab/plugin-sdk';
import { crossEntropy } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Equation 5 of Zhang et al. (2019): accuracy on the images, and answers that do not change around them. */
export const tradesLoss = defineLoss({
  name: 'trades',
  version: '1.0.0',
  title: 'TRADES',
  summary: 'Cross-entropy plus beta times the divergence between the answer to an image and to the worst image near it.',
  citation: {
    authors: 'H. Zhang, Y. Yu, J. Jiao, E. P. Xing, L. El Ghaoui, M. I. Jordan',
    title: 'Theoretically Principled Trade-off between Robustness and Accuracy',
    year: 2019,
    url: 'https://arxiv.org/abs/1901.08573',
  },
  options: z.strictObject({
    beta: z.number().min(0).default(6).meta({ title: 'Beta', description: 'Weight of the divergence, 1/lambda in the paper.' }),
    ...nearbyOptions,
  }),
  presets: { mnist: { beta: 6, epsilon: 0.3, steps: 40, stepSize: 0.01 }, cifar10: { beta: 6, epsilon: 0.031, steps: 10, stepSize: 0.007 } },
  perturb: (batch) => worstNearby(batch, batch.options, (logits) => divergence(batch.outputs.logits, logits)),
  compute({ outputs, labels, forward, perturbed, options }) {
    const label = tf.mean(crossEntropy(outputs.logits, labels)) as tf.Scalar;
    const apart = tf.mean(divergence(outputs.logits, forward(perturbed!).logits)) as tf.Scalar;
    return { total: tf.add(label, tf.mul(apart, options.beta)) as tf.Scalar, terms: { crossEntropy: label, divergence: apart } };
  },
});
