import { readFile } from 'node:fs/promises';
import type { Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { networkOf, type Network } from '@entropic-lab/models';
import { layers, sequential } from '@tensorflow/tfjs-layers';

/** A network for MNIST that two cores train in a minute: 29,034 weights, two strided convolutions, two dense layers. */
export function smallNetwork(): Network {
  const conv = { kernelSize: 5, strides: 2, padding: 'same', activation: 'relu' } as const;
  const model = sequential({
    layers: [
      layers.conv2d({ name: 'conv_1', inputShape: [28, 28, 1], filters: 8, ...conv }),
      layers.conv2d({ name: 'conv_2', filters: 16, ...conv }),
      layers.flatten({ name: 'flatten' }),
      layers.dense({ name: 'dense_1', units: 32, activation: 'relu' }),
      layers.dense({ name: 'logits', units: 10 }),
    ],
  });
  return networkOf(model, 'small');
}

/** Glorot-uniform kernels, zero biases. */
export function firstWeights(network: Network, rng: Rng): void {
  const drawn = Object.entries(network.params).map(([name, { shape }]): [string, tf.Tensor] => {
    if (name.endsWith('bias')) return [name, tf.zeros(shape)];
    const field = shape.slice(0, -2).reduce((product, size) => product * size, 1);
    const limit = Math.sqrt(6 / (field * (shape.at(-2)! + shape.at(-1)!)));
    const values = rng.fork(name).uniform(shape.reduce((product, size) => product * size, 1));
    return [name, tf.tensor(values.map((value) => (2 * value - 1) * limit), shape)];
  });
  network.setParams(Object.fromEntries(drawn));
  tf.dispose(drawn.map(([, value]) => value));
}

/** The weights that `train.ts` wrote. */
export function weightsBytes(name: string): Promise<Uint8Array> {
  return readFile(new URL(`fixtures/${name}.safetensors`, import.meta.url));
}
