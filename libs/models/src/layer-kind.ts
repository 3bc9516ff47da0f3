import type { layers } from '@tensorflow/tfjs-layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayerKind } from './network.ts';

/** An activation function as tfjs-layers holds it. */
export interface ActivationFunction {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

/** What a layer does, by class name. Classes that are not listed are `other`. */
const kinds: Readonly<Record<string, LayerKind>> = {
  ReLU: 'activation',
  LeakyReLU: 'activation',
  PReLU: 'activation',
  ELU: 'activation',
  ThresholdedReLU: 'activation',
  Softmax: 'activation',
  Dense: 'linear',
  Conv1D: 'linear',
  Conv2D: 'linear',
  Conv2DTranspose: 'linear',
  DepthwiseConv2D: 'linear',
  SeparableConv2D: 'linear',
  MaxPooling1D: 'pool',
  MaxPooling2D: 'pool',
  AveragePooling1D: 'pool',
  AveragePooling2D: 'pool',
  GlobalAveragePooling1D: 'pool',
  GlobalAveragePooling2D: 'pool',
  GlobalMaxPooling1D: 'pool',
  GlobalMaxPooling2D: 'pool',
  Flatten: 'reshape',
  Reshape: 'reshape',
  Permute: 'reshape',
  ZeroPadding2D: 'reshape',
  UpSampling2D: 'reshape',
};

/** The kind of a layer that is not the network's last. */
export function layerKind(layer: layers.Layer): LayerKind {
  const activation = activationOf(layer);
  if (activation !== undefined && activation !== 'linear') return 'activation';
  return kinds[layer.getClassName()] ?? 'other';
}

/** Name of the activation function that a layer applies to its result; undefined where it has none. */
export function activationOf(layer: layers.Layer): string | undefined {
  return (layer as Partial<Activated>).activation?.getClassName();
}

/** Whether the layer does nothing but softmax. */
export function isSoftmaxLayer(layer: layers.Layer): boolean {
  const name = layer.getClassName();
  return name === 'Softmax' || (name === 'Activation' && activationOf(layer) === 'softmax');
}

interface Activated {
  activation: ActivationFunction;
}

/** Runs `body` while `layer` leaves out its activation function. */
export function withoutActivation<T>(layer: layers.Layer, body: () => T): T {
  const activated = layer as unknown as Activated;
  const { activation } = activated;
  activated.activation = { apply: (x) => x, getClassName: () => 'linear' };
  try {
    return body();
  } finally {
    activated.activation = activation;
  }
}
