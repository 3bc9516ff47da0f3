import * as tf from '@tensorflow/tfjs-core';

/** Beyond any difference of logits that float32 networks give, and finite, so that 0 times it is 0. */
const EXCLUDED = 1e30;

/**
 * -log softmax(logits)[label] of each example: logits [batch, classes], labels [batch] int32 -> [batch].
 * Finite for any finite logits. Its gradient in the logits is softmax - one-hot, exactly 0 where softmax is exactly
 * one-hot in float32, as in the libraries whose results the lab reproduces.
 */
export function crossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const mask = labelMask(logits, labels);
  const differentiable = tf.customGrad((...args) => {
    const [z, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    save([z, mask]);
    return { value: tf.sub(logSumExp(z), tf.sum(tf.mul(z, mask), 1)), gradFunc: crossEntropyGradient };
  });
  return differentiable(logits) as tf.Tensor1D;
}

function crossEntropyGradient(dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]): tf.Tensor {
  const [logits, mask] = saved as [tf.Tensor2D, tf.Tensor2D];
  return tf.mul(tf.expandDims(dy as tf.Tensor, 1), tf.sub(tf.softmax(logits), mask));
}

/** log of the sum of exponentials of each row, [batch]; finite for any finite logits. */
export function logSumExp(logits: tf.Tensor): tf.Tensor1D {
  const largest = tf.max(logits, 1, true);
  return tf.add(tf.log(tf.sum(tf.exp(tf.sub(logits, largest)), 1)), tf.squeeze(largest, [1]));
}

/** logits[label] of each example, [batch]. */
export function labelLogit(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return tf.sum(tf.mul(logits, labelMask(logits, labels)), 1);
}

/** The largest logit but the label's, [batch]. */
export function runnerUpLogit(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return tf.max(withoutLabel(logits, labels), 1);
}

/** The class of the largest logit but the label's, [batch] int32. */
export function runnerUp(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return tf.argMax(withoutLabel(logits, labels), 1);
}

/** logits[label] - the largest other logit, [batch]: negative where another class wins. Differentiable. */
export function logitMargin(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return tf.sub(labelLogit(logits, labels), runnerUpLogit(logits, labels));
}

/** One-hot rows of the labels, float32, [batch, classes]. */
export function labelMask(logits: tf.Tensor, labels: tf.Tensor1D): tf.Tensor2D {
  return tf.cast(tf.oneHot(tf.cast(labels, 'int32'), logits.shape[1]!), 'float32') as tf.Tensor2D;
}

function withoutLabel(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor2D {
  return tf.sub(logits, tf.mul(labelMask(logits, labels), EXCLUDED));
}
