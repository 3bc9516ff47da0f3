import { compiledRunner } from '../src/index.ts';
import { createNetwork } from '@entropic-lab/models';
import { crossEntropy, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';

await prepareBackend('cpu');
await using runner = compiledRunner({ threads: 1 });
const network = createNetwork('lenet5', { rng: new Rng(1) });
const x0 = tf.randomUniform([8, 28, 28, 1], 0, 1, 'float32', 1);
const labels = tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 7], 'int32');

// The network's weights, x0 and labels existed before: they are read at each call, not frozen into the graph.
const loss = (x: tf.Tensor) => tf.sum(crossEntropy(network.apply(network.params, x as tf.Tensor4D).logits, labels)) as tf.Scalar;
const pgd = (x: tf.Tensor) => {
  const moved = tf.add(x, tf.mul(0.01, tf.sign(tf.grad(loss)(x))));
  const near = tf.minimum(tf.maximum(moved, tf.sub(x0, 0.3)), tf.add(x0, 0.3));
  return { state: tf.clipByValue(near, 0, 1) as tf.Tensor, y: {} };
};

using loop = runner.loop(pgd, x0 as tf.Tensor, { name: 'pgd step' });
await loop.run(Array.from({ length: 40 }, () => ({})));
const perturbed = await loop.read();
console.log(`loss ${loss(x0).dataSync()[0]!.toFixed(1)} -> ${loss(perturbed).dataSync()[0]!.toFixed(1)}`);
