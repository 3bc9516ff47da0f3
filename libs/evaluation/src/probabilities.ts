import type { Attackable } from '@entropic-lab/plugin-sdk/host';
import { softmax } from '@tensorflow/tfjs-core';
import { withLogits } from './with-logits.ts';

/**
 * The network with its softmax output where an attack expects logits, as a model that ends in a softmax gives it. The
 * cross-entropy of that is all but flat for a confident network, and C&W's margin never exceeds 1.
 */
export function probabilitiesOf(network: Attackable): Attackable {
  return withLogits(network, (logits) => softmax(logits));
}
