import { mul, softmax, type Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerOutput, Network } from './network.ts';

/** The network with its logits multiplied by `scale`; it takes the given one over. Weights and names are unchanged. */
export function scaledLogits(network: Network, scale: number): Network {
  return {
    name: network.name,
    inputShape: network.inputShape,
    classes: network.classes,
    ...(network.trainable === undefined ? {} : { trainable: network.trainable }),
    get params() {
      return network.params;
    },
    setParams: (params) => network.setParams(params),
    apply(params, inputs) {
      const outputs = network.apply(params, inputs);
      const logits = mul(outputs.logits, scale) as Tensor2D;
      const changed = { logits, probabilities: softmax(logits) };
      const layers = outputs.layers.map((layer): LayerOutput => (layer.kind === 'logits' || layer.kind === 'probabilities' ? { ...layer, output: changed[layer.kind] } : layer));
      return { logits, layers };
    },
    [Symbol.dispose]: () => network[Symbol.dispose](),
  };
}
