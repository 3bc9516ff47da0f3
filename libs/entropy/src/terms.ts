import * as tf from '@tensorflow/tfjs-core';
import type { Reading } from './reading.ts';

/** Below this a logarithm is taken of this instead: never of 0. */
const TINY = 1e-12;

/** One term -h log h and its derivative, element by element. */
interface Term {
  value(h: tf.Tensor, clipAt: number): tf.Tensor;
  /** Exact derivative of `value`, 0 where it has a kink. */
  derivative(h: tf.Tensor, clipAt: number): tf.Tensor;
}

const above = (h: tf.Tensor, threshold: number): tf.Tensor => tf.step(tf.sub(h, threshold));
const logAtLeast = (h: tf.Tensor, least: number): tf.Tensor => tf.log(tf.maximum(h, least));

const terms: Readonly<Record<Reading['nonPositive'], Term>> = {
  zero: {
    value: (h) => tf.neg(tf.mul(tf.relu(h), logAtLeast(h, TINY))),
    derivative: (h) => tf.neg(tf.mul(tf.add(logAtLeast(h, TINY), above(h, TINY)), tf.step(h))),
  },
  absolute: {
    value: (h) => tf.neg(tf.mul(h, logAtLeast(tf.abs(h), TINY))),
    derivative: (h) => tf.neg(tf.add(logAtLeast(tf.abs(h), TINY), above(tf.abs(h), TINY))),
  },
  clip: {
    value: (h, clipAt) => tf.neg(tf.mul(tf.maximum(h, clipAt), logAtLeast(h, clipAt))),
    derivative: (h, clipAt) => tf.neg(tf.mul(tf.add(logAtLeast(h, clipAt), 1), above(h, clipAt))),
  },
  'clip-to-one': {
    value: (h, clipAt) => {
      const clipped = tf.clipByValue(h, clipAt, 1);
      return tf.neg(tf.mul(clipped, tf.log(clipped)));
    },
    derivative: (h, clipAt) => {
      const inside = tf.mul(above(h, clipAt), above(tf.neg(h), -1));
      return tf.neg(tf.mul(tf.add(tf.log(tf.clipByValue(h, clipAt, 1)), 1), inside));
    },
  },
};

/**
 * -h log h of each value (natural logarithm), any shape; equation 6 sums it over the neurons. Finite, with a finite
 * gradient, for any finite h.
 */
export function entropyTerms(h: tf.Tensor, { nonPositive, clipAt }: Pick<Reading, 'nonPositive' | 'clipAt'>): tf.Tensor {
  const term = terms[nonPositive];
  const differentiable = tf.customGrad((...args: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const x = args[0] as tf.Tensor;
    (args[1] as tf.GradSaveFunc)([x]);
    return {
      value: term.value(x, clipAt),
      gradFunc: (dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => tf.mul(dy as tf.Tensor, term.derivative(saved[0]!, clipAt)),
    };
  });
  return differentiable(h);
}
