import type { NetworkOutputs } from '@entropic-lab/models';
import * as tf from '@tensorflow/tfjs-core';
import { countedLayers } from './counted-layers.ts';
import { layerEntropies } from './entropies.ts';
import type { Reading } from './reading.ts';

/** Stands for "no limit": finite, so that a mean of it is a number. */
export const UNLIMITED = 1e38;

/**
 * The largest E_T that any weights can give under a reading, [batch]; {@link UNLIMITED} where there is none.
 * -h log h is at most 1/e, so E(h_1) <= N_1 / e; of probabilities it is at most log N_1; of the input it is what it
 * is. E(h_M) is at least 0 where all h_M lie in 0 ... 1, and without lower limit otherwise.
 */
export function highestEntropyFlow(outputs: NetworkOutputs, reading: Reading, inputs: tf.Tensor4D): tf.Tensor1D {
  const layers = countedLayers(outputs.layers, reading, inputs);
  const batch = inputs.shape[0];
  const lastIsBounded = reading.normalize || reading.nonPositive === 'clip-to-one' || layers.at(-1)!.kind === 'probabilities';
  if (!lastIsBounded) return tf.fill([batch], UNLIMITED) as tf.Tensor1D;
  const first = firstLimit(layers[0]!.output.size / batch, reading);
  if (reading.countInput) return tf.div(layerEntropies(outputs, reading, inputs)[0]!.entropy, layers.length - 1);
  return tf.fill([batch], Math.min(first / (layers.length - 1), UNLIMITED)) as tf.Tensor1D;
}

function firstLimit(neurons: number, { normalize, nonPositive, logarithm }: Reading): number {
  const perNat = logarithm === 'natural' ? 1 : 1 / Math.LN2;
  if (normalize) return Math.log(neurons) * perNat;
  return nonPositive === 'absolute' ? Number.POSITIVE_INFINITY : (neurons / Math.E) * perNat;
}
