import { compiledRunner } from '../src/index.ts';
import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';

await prepareBackend('cpu');
await using runner = compiledRunner({ threads: 1 });

// A step takes its state and a batch, and returns the next state. Gradients are taken inside.
type Line = { slope: tf.Tensor; offset: tf.Tensor };
type Points = { x: tf.Tensor; y: tf.Tensor };

function step({ slope, offset }: Line, { x, y }: Points) {
  const error = (a: tf.Tensor, b: tf.Tensor) => tf.mean(tf.square(tf.sub(tf.add(tf.mul(a, x), b), y))) as tf.Scalar;
  const { value, grads } = tf.valueAndGrads(error)([slope, offset]);
  return { state: { slope: tf.sub(slope, tf.mul(0.1, grads[0]!)), offset: tf.sub(offset, tf.mul(0.1, grads[1]!)) }, y: value };
}

// The state stays with the engine between calls; one call takes many steps.
const x = tf.linspace(-1, 1, 32);
const batch = { x, y: tf.add(tf.mul(x, 3), 1) };
using loop = runner.loop(step, { slope: tf.scalar(0), offset: tf.scalar(0) });
await loop.run(Array.from({ length: 200 }, () => batch));
const { slope, offset } = await loop.read();
console.log(`y = ${slope.dataSync()[0]!.toFixed(2)} x + ${offset.dataSync()[0]!.toFixed(2)}`);
