import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { compiledRunner } from './runner.ts';

/** A small network in plain float64 numbers: 3x3 convolution of 2 to 8 channels, tanh, 2x2 maximum pool, dense, cross-entropy. */
const [BATCH, SIDE, IN, OUT, CLASSES] = [2, 6, 2, 8, 3];
const labels = [2, 0];
const conved = SIDE - 2;
const pooled = conved / 2;
const shapes = { x: [BATCH, SIDE, SIDE, IN], w: [3, 3, IN, OUT], d: [pooled * pooled * OUT, CLASSES] } as const;
type Values = Readonly<Record<keyof typeof shapes, number[]>>;

function convolved({ x, w }: Values, image: number, [row, column, out]: readonly [number, number, number]): number {
  let sum = 0;
  for (let p = 0; p < 3; p++) for (let q = 0; q < 3; q++) for (let i = 0; i < IN; i++) sum += x[((image * SIDE + row + p) * SIDE + column + q) * IN + i]! * w[((p * 3 + q) * IN + i) * OUT + out]!;
  return Math.tanh(sum);
}

function plainLoss(values: Values): number {
  const losses = labels.map((label, image) => {
    const logits = new Array<number>(CLASSES).fill(0);
    for (let row = 0; row < pooled; row++) for (let column = 0; column < pooled; column++) for (let out = 0; out < OUT; out++) {
      const window = [0, 1].flatMap((p) => [0, 1].map((q) => convolved(values, image, [2 * row + p, 2 * column + q, out])));
      for (let c = 0; c < CLASSES; c++) logits[c]! += Math.max(...window) * values.d[((row * pooled + column) * OUT + out) * CLASSES + c]!;
    }
    return Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[label]!;
  });
  return losses.reduce((a, b) => a + b) / BATCH;
}

function loss(x: tf.Tensor, w: tf.Tensor, d: tf.Tensor): tf.Scalar {
  const h = tf.maxPool(tf.tanh(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid')) as tf.Tensor4D, 2, 2, 'valid');
  const logits = tf.matMul(tf.reshape(h, [BATCH, -1]), d as tf.Tensor2D);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES), tf.logSoftmax(logits)), 1))) as tf.Scalar;
}

it('gradients are those of finite differences in float64', async () => {
  await prepareBackend('cpu');
  await using runner = compiledRunner({ threads: 1 });
  const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b);
  const values = Object.fromEntries(Object.entries(shapes).map(([name, shape], seed) => [name, Array.from(new Rng(seed + 1).normal(size(shape)), (value) => Math.fround(value * 0.5))])) as unknown as Values;
  const tensors = Object.entries(shapes).map(([name, shape]) => tf.tensor(values[name as keyof Values], [...shape]));
  const gradients = await runner.jit((x: tf.Tensor, w: tf.Tensor, d: tf.Tensor) => tf.grads(loss)([x, w, d]))(tensors[0]!, tensors[1]!, tensors[2]!);
  const step = 1e-6;
  Object.keys(shapes).forEach((name, at) => {
    const compiled = gradients[at]!.dataSync();
    const numbers = values[name as keyof Values];
    const expected = numbers.map((value, i) => {
      const moved = (by: number) => plainLoss({ ...values, [name]: numbers.with(i, value + by) });
      return (moved(step) - moved(-step)) / (2 * step);
    });
    const largest = Math.max(...expected.map(Math.abs));
    expected.forEach((value, i) => expect(Math.abs(compiled[i]! - value) / largest, `${name}[${i}]`).toBeLessThan(1e-5));
  });
});
