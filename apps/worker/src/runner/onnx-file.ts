import { exportOnnx } from '@entropic-lab/compiler';
import type { Network } from '@entropic-lab/models';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The network as ONNX (opset 17, or 18 where it needs that) with what an attack by gradient needs: inputs `image` [1, height, width, channels] and
 * `label` [1, classes], one-hot; outputs `logits` [1, classes] and `gradient`, that of the cross-entropy by the image.
 * @throws LabError UNTRACEABLE for a network with an operation that has no ONNX form.
 */
export async function networkFile(network: Network): Promise<Uint8Array> {
  const { params, classes, inputShape } = network;
  const function_ = ([image, label]: [tf.Tensor4D, tf.Tensor2D]): tf.Tensor[] => {
    const crossEntropy = (x: tf.Tensor): tf.Scalar => {
      const { logits } = network.apply(params, x as tf.Tensor4D);
      return tf.neg(tf.sum(tf.mul(label, tf.logSoftmax(logits))));
    };
    return [network.apply(params, image).logits, tf.grad(crossEntropy)(image)];
  };
  const example: [tf.Tensor4D, tf.Tensor2D] = [tf.zeros([1, ...inputShape]), tf.zeros([1, classes])];
  try {
    return await exportOnnx(function_, example, {
      inputs: ['image', 'label'],
      outputs: ['logits', 'gradient'],
      description: `${network.name}, one image [1, height, width, channels] at a time; gradient is that of the cross-entropy with the one-hot label by the image.`,
    });
  } finally {
    tf.dispose(example);
  }
}
