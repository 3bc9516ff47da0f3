import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { layers, sequential, type Sequential } from '@tensorflow/tfjs-layers';
import { readSafetensors } from './safetensors.ts';

const folder = join(import.meta.dirname, '../fixtures');
export const tinyWeights = readFileSync(join(folder, 'tiny-weights.safetensors'));
export const tinyOutputs = readSafetensors(readFileSync(join(folder, 'tiny-outputs.safetensors'))).tensors;

/** The network of fixtures/README.md; `head` says how its softmax is written. */
export function tinyModel(head: 'softmax-layer' | 'activation-layer' | 'dense-softmax' | 'none'): Sequential {
  const model = sequential({
    layers: [
      layers.conv2d({ name: 'conv_1', inputShape: [6, 6, 2], filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' }),
      layers.averagePooling2d({ name: 'pool_1', poolSize: 2 }),
      layers.conv2d({ name: 'conv_2', filters: 4, kernelSize: 2, activation: 'relu' }),
      layers.maxPooling2d({ name: 'pool_2', poolSize: 2 }),
      layers.flatten({ name: 'flatten' }),
      layers.dense({ name: 'dense_1', units: 5, activation: 'tanh' }),
      layers.dense({ name: 'logits', units: 3, ...(head === 'dense-softmax' ? { activation: 'softmax' as const } : {}) }),
    ],
  });
  if (head === 'softmax-layer') model.add(layers.softmax({ name: 'softmax' }));
  if (head === 'activation-layer') model.add(layers.activation({ name: 'softmax', activation: 'softmax' }));
  return model;
}

export function tinyInputs(): Tensor4D {
  const { values, shape } = tinyOutputs['inputs']!;
  return tensor4d(values as Float32Array, shape as [number, number, number, number]);
}
