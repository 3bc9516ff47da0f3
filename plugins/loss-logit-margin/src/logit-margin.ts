import { defineLoss } from '@entropic-lab/plugin-sdk';
import { logitMargin } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** Multi-class hinge loss. Has no gradient where the margin is large enough, so it does not drive logits up for ever. */
export const logitMarginLoss = defineLoss({
  name: 'logit-margin',
  version: '1.0.0',
  title: 'Logit margin',
  summary: "Mean of max(0, margin - (the label's logit - the largest other logit)).",
  citation: {
    authors: 'K. Crammer, Y. Singer',
    title: 'On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines',
    year: 2001,
  },
  options: z.strictObject({
    margin: z.number().positive().default(1).meta({ title: 'Margin', description: "By how much the label's logit is to exceed every other." }),
  }),
  compute({ outputs: { logits }, labels, options }) {
    const margins = logitMargin(logits, labels);
    const total = tf.mean(tf.relu(tf.sub(options.margin, margins))) as tf.Scalar;
    return { total, terms: { hinge: total, logitMargin: tf.mean(margins) as tf.Scalar } };
  },
});
