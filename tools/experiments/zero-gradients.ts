import { batches, type ExampleSet } from '@entropic-lab/datasets';
import type { Network } from '@entropic-lab/models';
import { crossEntropy, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** For each example 1 where the float32 gradient of the cross-entropy in the input is zero in every pixel, 0 elsewhere. */
export async function zeroGradients({ network, examples, runner }: { network: Network; examples: ExampleSet; runner: Runner }): Promise<Uint8Array> {
  const sizes = runner.jit(
    (params: Network['params'], inputs: tf.Tensor4D, labels: tf.Tensor1D) => {
      const loss = (x: tf.Tensor) => tf.sum(crossEntropy(network.apply(params, x as tf.Tensor4D).logits, labels));
      return tf.max(tf.abs(tf.reshape(tf.grad(loss)(inputs), [inputs.shape[0], -1])), 1);
    },
    { name: 'gradient sizes' },
  );
  const zero = new Uint8Array(examples.count);
  for (const batch of batches(examples, { batchSize: 250 })) {
    const inputs = tf.tensor4d(batch.inputs, [batch.size, ...examples.inputShape]);
    const labels = tf.tensor1d(batch.labels, 'int32');
    const found = await sizes(network.params, inputs, labels);
    (await found.data()).forEach((size, row) => (zero[batch.indices[row]!] = size === 0 ? 1 : 0));
    tf.dispose([inputs, labels, found]);
  }
  return zero;
}
