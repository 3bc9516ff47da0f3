import { defineLoss } from '@entropic-lab/plugin-sdk';
import { crossEntropy, labelMask } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Where Keras clips probabilities. */
const CLIP = 1e-7;

export const crossEntropyLoss = defineLoss({
  name: 'cross-entropy',
  version: '1.0.0',
  title: 'Cross-entropy',
  summary: 'Mean of -log p(label) over the batch.',
  options: z.strictObject({
    from: z.enum(['logits', 'clipped-probabilities']).default('logits').meta({
      title: 'Computed from',
      description: 'logits: exact, with a gradient at any confidence. clipped-probabilities: softmax clipped to [1e-7, 1 - 1e-7] as Keras does; beyond the clip the gradient is zero.',
    }),
  }),
  compute({ outputs, labels, options }) {
    const perExample = options.from === 'logits' ? crossEntropy(outputs.logits, labels) : clippedCrossEntropy(outputs.logits, labels);
    const total = tf.mean(perExample) as tf.Scalar;
    return { total, terms: { crossEntropy: total } };
  },
});

function clippedCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const ofLabel = tf.sum(tf.mul(tf.softmax(logits), labelMask(logits, labels)), 1);
  return tf.neg(tf.log(tf.clipByValue(ofLabel, CLIP, 1 - CLIP))) as tf.Tensor1D;
}
