import { labelLogit, labelMask, runnerUpLogit } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';

const EXCLUDED = 1e30;
/** As in the reference implementation, against a division by 0 where the first three logits are equal. */
const FLOOR = 1e-12;

/**
 * Difference of logits ratio, [batch]: the margin over the distance of the largest to the third largest logit.
 * With two classes there is no third, and the second stands in.
 * F. Croce, M. Hein, "Reliable evaluation of adversarial robustness", ICML 2020, equation (6).
 */
export function dlr(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const [first, , third] = largestFour(logits);
  const margin = tf.sub(labelLogit(logits, labels), runnerUpLogit(logits, labels));
  return tf.neg(tf.div(margin, tf.add(tf.sub(first, third), FLOOR)));
}

/**
 * Targeted DLR, [batch]: how far the target is above the true class, over the largest logit less the mean of the third
 * and fourth. The true class is the largest but the target. Equation (7).
 */
export function targetedDlr(logits: tf.Tensor2D, targetClasses: tf.Tensor1D): tf.Tensor1D {
  const [first, , third, fourth] = largestFour(logits);
  const gain = tf.sub(labelLogit(logits, targetClasses), runnerUpLogit(logits, targetClasses));
  return tf.div(gain, tf.add(tf.sub(first, tf.mul(tf.add(third, fourth), 0.5)), FLOOR));
}

/** The four largest logits of each example, [batch] each; the last one repeats where there are fewer classes. */
function largestFour(logits: tf.Tensor2D): [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D] {
  const largest: tf.Tensor1D[] = [];
  let rest = logits;
  for (let rank = 0; rank < Math.min(4, logits.shape[1]); rank++) {
    largest.push(tf.max(rest, 1));
    rest = tf.sub(rest, tf.mul(labelMask(rest, tf.argMax(rest, 1)), EXCLUDED));
  }
  const last = largest.at(-1)!;
  return [largest[0]!, largest[1] ?? last, largest[2] ?? last, largest[3] ?? last];
}
