import type { Network } from '@entropic-lab/models';
import * as tf from '@tensorflow/tfjs-core';
import type { AttackModel } from '../attack.ts';
import type { Budget } from './budget.ts';

/** What of a network an attack is run on. Any `Network` is one. */
export type Attackable = Pick<Network, 'classes' | 'inputShape' | 'params' | 'apply'>;

/** The network as an attack sees it: logits only, each call counted by the share of the batch that it computes. */
export function countedModel(network: Attackable, batch: number, budget: Budget): AttackModel {
  return {
    classes: network.classes,
    logits(inputs) {
      budget.forward += inputs.shape[0] / batch;
      const { logits } = network.apply(network.params, inputs);
      return onBackward(logits, (rows) => {
        budget.backward += rows / batch;
      });
    },
  };
}

/** `logits` unchanged; `count` is told the rows of every gradient that passes back through them. */
function onBackward(logits: tf.Tensor2D, count: (rows: number) => void): tf.Tensor2D {
  const tap = tf.customGrad((...args) => ({
    value: tf.clone(args[0] as tf.Tensor),
    gradFunc: (dy: tf.Tensor | tf.Tensor[]) => {
      const gradient = dy as tf.Tensor;
      count(gradient.shape[0]!);
      return tf.clone(gradient);
    },
  }));
  return tap(logits) as tf.Tensor2D;
}
