import { defineLoss } from '@entropic-lab/plugin-sdk';
import { crossEntropy, logSumExp } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/**
 * Cross-entropy with (1 - smoothing) one-hot + smoothing / classes for targets: what of it belongs to the even part is
 * logsumexp(z) - mean(z).
 */
export const labelSmoothingLoss = defineLoss({
  name: 'label-smoothing',
  version: '1.0.0',
  title: 'Label smoothing',
  summary: 'Cross-entropy with targets that leave a share of the probability to all classes, so that logits stay small.',
  citation: {
    authors: 'C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna',
    title: 'Rethinking the Inception Architecture for Computer Vision',
    year: 2016,
    url: 'https://arxiv.org/abs/1512.00567',
  },
  options: z.strictObject({
    smoothing: z.number().min(0).lt(1).default(0.1).meta({ title: 'Smoothing', description: 'Share of the probability that all classes have evenly.' }),
  }),
  compute({ outputs: { logits }, labels, options: { smoothing } }) {
    const label = tf.mean(crossEntropy(logits, labels)) as tf.Scalar;
    const even = tf.mean(tf.sub(logSumExp(logits), tf.mean(logits, 1))) as tf.Scalar;
    return { total: tf.add(tf.mul(label, 1 - smoothing), tf.mul(even, smoothing)) as tf.Scalar, terms: { crossEntropy: label, even } };
  },
});
