import type { Attackable } from '@entropic-lab/plugin-sdk/host';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/** The network with its logits changed; its layers stay as they are. */
export function withLogits(network: Attackable, change: (logits: Tensor2D, again: () => Tensor2D) => Tensor2D): Attackable {
  return {
    classes: network.classes,
    inputShape: network.inputShape,
    params: network.params,
    apply(params, inputs) {
      const outputs = network.apply(params, inputs);
      return { ...outputs, logits: change(outputs.logits, () => network.apply(params, inputs).logits) };
    },
  };
}
