import type { Attackable } from '@entropic-lab/plugin-sdk/host';
import * as tf from '@tensorflow/tfjs-core';
import { withLogits } from '../with-logits.ts';

/** Logits divided by a temperature: the same answers, and a cross-entropy whose gradient float32 can hold. */
export function atTemperature(network: Attackable, temperature: number): Attackable {
  return withLogits(network, (logits) => tf.div(logits, temperature));
}

/**
 * Logits divided by their own standard deviation, which counts as a constant: the same answers, whatever the scale of
 * the last layer.
 */
export function selfScaled(network: Attackable): Attackable {
  return withLogits(network, (logits) => {
    const { variance } = tf.moments(logits, 1, true);
    const constant = detached(tf.sqrt(tf.maximum(variance, 1e-24)));
    return tf.div(logits, constant);
  });
}

/** The mean of `draws` answers of a random network: the expectation over its randomness that Athalye et al. (2018) attack. */
export function averaged(network: Attackable, draws: number): Attackable {
  return withLogits(network, (logits, again) => {
    const others = Array.from({ length: draws - 1 }, again);
    return tf.div(tf.addN([logits, ...others]), draws);
  });
}

/** The values, through which no gradient passes. */
function detached<T extends tf.Tensor>(values: T): T {
  const stop = tf.customGrad((x) => ({ value: tf.clone(x as tf.Tensor), gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor) }));
  return stop(values) as T;
}
