import type { Rng } from '@entropic-lab/tensor';
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { initialValues, type InitializerConfig } from './initializers.ts';
import type { Network } from './network.ts';

const zeros: InitializerConfig = { className: 'Zeros', config: {} };

/**
 * Gives every weight of `network` the first value that its layer's initializer draws from `rng`. The same seed gives
 * the same weights whatever else drew random numbers before. `model` is what the network was made from.
 */
export function seedParams(network: Network, model: LayersModel, rng: Rng): void {
  const configs = initializersByScope(model);
  const drawn: Record<string, Tensor> = {};
  for (const [name, { shape }] of Object.entries(network.params)) {
    const initializer = configs.get(name) ?? zeros;
    drawn[name] = tensor(initialValues(name, shape, { initializer, rng }), shape);
  }
  network.setParams(drawn);
  Object.values(drawn).forEach((value) => value.dispose());
}

/** `dense_1/kernel` -> the configuration of `kernelInitializer` of the layer dense_1. */
function initializersByScope(model: LayersModel): Map<string, InitializerConfig> {
  const found = new Map<string, InitializerConfig>();
  for (const layer of model.layers) {
    const { layers: nested } = layer as Partial<LayersModel>;
    if (nested !== undefined) initializersByScope(layer as LayersModel).forEach((config, name) => found.set(name, config));
    for (const [key, value] of Object.entries(layer.getConfig())) {
      const weight = /^(.*)Initializer$/.exec(key)?.[1];
      if (weight !== undefined && value !== null) found.set(`${layer.name}/${snakeCase(weight)}`, value as unknown as InitializerConfig);
    }
  }
  return found;
}

/** Weights are named in snake case (`moving_mean`), options in camel case (`movingMeanInitializer`). */
function snakeCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
