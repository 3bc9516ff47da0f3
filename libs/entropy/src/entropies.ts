import type { NetworkOutputs } from '@entropic-lab/models';
import * as tf from '@tensorflow/tfjs-core';
import { countedLayers } from './counted-layers.ts';
import { defaultReading, type Reading } from './reading.ts';
import { entropyTerms } from './terms.ts';

/** E(h_i) of a batch. */
export interface LayerEntropy {
  readonly name: string;
  /** N_i */
  readonly neurons: number;
  /** [batch], one value per example; differentiable. */
  readonly entropy: tf.Tensor1D;
}

const PER_NAT: Readonly<Record<Reading['logarithm'], number>> = { natural: 1, 'base-2': 1 / Math.LN2 };

/**
 * E(h_i), equation 6 of Sperl and Boettinger (2020), for each counted layer and each example: the sum of -h log h
 * over the layer's neurons.
 * @param inputs needed where the reading counts the input.
 * @throws LabError INVALID_INPUT where the reading names no such layers.
 */
export function layerEntropies(outputs: Pick<NetworkOutputs, 'layers'>, reading: Reading = defaultReading, inputs?: tf.Tensor4D): LayerEntropy[] {
  return countedLayers(outputs.layers, reading, inputs).map(({ name, output }) => {
    const rows = tf.reshape(output, [output.shape[0]!, -1]) as tf.Tensor2D;
    const h = reading.normalize ? normalized(rows) : rows;
    const nats = tf.sum(entropyTerms(h, reading), 1) as tf.Tensor1D;
    const perNat = PER_NAT[reading.logarithm];
    return { name, neurons: rows.shape[1], entropy: perNat === 1 ? nats : tf.mul(nats, perNat) };
  });
}

/** E_N, equation 7: the mean over layers of E(h_i) / N_i, [batch]. */
export function networkEntropy(layers: readonly LayerEntropy[]): tf.Tensor1D {
  const perNeuron = layers.map(({ entropy, neurons }) => tf.div(entropy, neurons) as tf.Tensor1D);
  return tf.div(perNeuron.reduce((sum, term) => tf.add(sum, term)), layers.length);
}

/** E_T, equation 8: (E(h_1) - E(h_M)) / (M - 1), [batch]. */
export function entropyFlow(layers: readonly LayerEntropy[]): tf.Tensor1D {
  return tf.div(tf.sub(layers[0]!.entropy, layers.at(-1)!.entropy), layers.length - 1);
}

/** Values above zero divided by their sum; a row without any stays 0. */
function normalized(rows: tf.Tensor2D): tf.Tensor2D {
  const positive = tf.relu(rows);
  return tf.div(positive, tf.maximum(tf.sum(positive, 1, true), 1e-12));
}
