import type { Attackable } from '@entropic-lab/plugin-sdk/host';
import { exampleSet, type ExampleSet } from '@entropic-lab/datasets';
import { Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Two classes, one pixel row of `size`: logits (-w x - b, w x + b) with w = 1 for every pixel. The least l2
 * perturbation of an image is |w x + b| / |w|, the least linf one |w x + b| / size.
 */
export function linearNetwork(size: number, bias: number, scale = 1): Attackable & Disposable {
  const weight = tf.fill([size, 2], scale);
  const signs = tf.tensor2d([[-1, 1]]);
  const params = { weight: tf.keep(tf.mul(weight, signs)), bias: tf.keep(tf.tensor1d([-bias * scale, bias * scale])) };
  tf.dispose([weight, signs]);
  return {
    classes: 2,
    inputShape: [1, size, 1],
    params,
    apply: (given, inputs) => {
      const logits = tf.add(tf.matMul(tf.reshape(inputs, [inputs.shape[0], size]), given['weight'] as tf.Tensor2D), given['bias']!) as tf.Tensor2D;
      return { logits, layers: [] };
    },
    [Symbol.dispose]: () => tf.dispose(params),
  };
}

/** Images uniform in [0, 1), labeled by whether the pixels' sum exceeds half their number; every `wrongEvery`-th label is wrong. */
export function linearExamples(count: number, size: number, wrongEvery = 0): ExampleSet {
  const pixels = new Rng(77).uniform(count * size);
  const labels = Int32Array.from({ length: count }, (_, row) => {
    const sum = pixels.subarray(row * size, (row + 1) * size).reduce((total, pixel) => total + pixel, 0);
    const label = sum > size / 2 ? 1 : 0;
    return wrongEvery > 0 && row % wrongEvery === 0 ? 1 - label : label;
  });
  return exampleSet({ name: 'linear', inputShape: [1, size, 1], classes: 2, bounds: { min: 0, max: 1 }, pixels, labels });
}
