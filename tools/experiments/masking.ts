import { batches, type ExampleSet } from '@entropic-lab/datasets';
import type { Network } from '@entropic-lab/models';
import { crossEntropy, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** What float32 leaves of the cross-entropy at each example; 1 or 0. */
export interface Masking {
  /** The input gradient is zero in every pixel. */
  readonly zeroGradient: Uint8Array;
  /** The largest softmax output is exactly 1, so that the gradient no longer says to lower the label's own logit. */
  readonly saturated: Uint8Array;
}

export async function maskingOf({ network, examples, runner }: { network: Network; examples: ExampleSet; runner: Runner }): Promise<Masking> {
  const measure = runner.jit(
    (params: Network['params'], inputs: tf.Tensor4D, labels: tf.Tensor1D) => {
      const logits = (x: tf.Tensor) => network.apply(params, x as tf.Tensor4D).logits;
      const gradient = tf.grad((x: tf.Tensor) => tf.sum(crossEntropy(logits(x), labels)))(inputs);
      return { size: tf.max(tf.abs(tf.reshape(gradient, [inputs.shape[0], -1])), 1), largest: tf.max(tf.softmax(logits(inputs)), 1) };
    },
    { name: 'masking' },
  );
  const [zeroGradient, saturated] = [new Uint8Array(examples.count), new Uint8Array(examples.count)];
  for (const batch of batches(examples, { batchSize: 250 })) {
    const inputs = tf.tensor4d(batch.inputs, [batch.size, ...examples.inputShape]);
    const labels = tf.tensor1d(batch.labels, 'int32');
    const found = await measure(network.params, inputs, labels);
    const [sizes, largest] = [await found.size.data(), await found.largest.data()];
    batch.indices.forEach((index, row) => {
      zeroGradient[index] = sizes[row] === 0 ? 1 : 0;
      saturated[index] = largest[row] === 1 ? 1 : 0;
    });
    tf.dispose([inputs, labels, found.size, found.largest]);
  }
  return { zeroGradient, saturated };
}
