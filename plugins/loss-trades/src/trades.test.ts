import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tradesLoss } from './index.ts';

beforeAll(() => prepareBackend('cpu'));

const [BATCH, PIXELS, CLASSES] = [3, 4, 3];
const labels = [0, 2, 1];
const weights = Array.from(new Rng(2).normal(PIXELS * CLASSES), (value) => Math.fround(2 * value));
const inputs = () => tf.tensor4d(new Rng(1).uniform(BATCH * PIXELS), [BATCH, 2, 2, 1]);

function batchOf(kernel: tf.Tensor, more: object = {}, perturbed?: tf.Tensor4D) {
  const forward = (x: tf.Tensor4D) => ({ logits: tf.matMul(tf.reshape(x, [BATCH, PIXELS]), kernel as tf.Tensor2D) as tf.Tensor2D, layers: [] });
  const options = tradesLoss.options.parse(more);
  const given = { inputs: inputs(), labels: tf.tensor1d(labels, 'int32'), classes: CLASSES, outputs: forward(inputs()), forward, reference: {}, bounds: { min: 0, max: 1 }, options };
  return perturbed === undefined ? given : { ...given, perturbed };
}

/** Softmax of the linear network in float64. */
function answers(kernel: readonly number[], x: ArrayLike<number>): number[][] {
  return Array.from({ length: BATCH }, (_, image) => {
    const z = Array.from({ length: CLASSES }, (_, k) => Array.from({ length: PIXELS }, (_, j) => x[image * PIXELS + j]! * kernel[j * CLASSES + k]!).reduce((a, b) => a + b));
    const sum = z.reduce((total, value) => total + Math.exp(value), 0);
    return z.map((value) => Math.exp(value) / sum);
  });
}

function plain(kernel: readonly number[], near: ArrayLike<number>, beta: number): number {
  const p = answers(kernel, inputs().dataSync());
  const q = answers(kernel, near);
  const each = p.map((row, image) => -Math.log(row[labels[image]!]!) + beta * row.reduce((sum, value, k) => sum + value * Math.log(value / q[image]![k]!), 0));
  return each.reduce((a, b) => a + b) / BATCH;
}

describe('TRADES', () => {
  it('is equation 5 in float64, with its gradient through both answers', () => {
    const near = tf.tidy(() => tf.clipByValue(tf.add(inputs(), 0.2), 0, 1)) as tf.Tensor4D;
    const kernel = tf.tensor2d(weights, [PIXELS, CLASSES]);
    const loss = (w: tf.Tensor) => tradesLoss.compute(batchOf(w, { beta: 3 }, near)).total;
    expect(loss(kernel).dataSync()[0]).toBeCloseTo(plain(weights, near.dataSync(), 3), 5);
    tf.grad(loss)(kernel).dataSync().forEach((slope, at) => {
      const moved = (step: number) => plain(weights.map((value, i) => (i === at ? value + step : value)), near.dataSync(), 3);
      expect(slope).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 4);
    });
  });

  it('looks at images within epsilon and bounds, farther apart in the answer than random ones', () => {
    const kernel = tf.tensor2d(weights, [PIXELS, CLASSES]);
    const batch = batchOf(kernel, { epsilon: 0.25 });
    const near = tradesLoss.perturb!(batch).dataSync();
    const x = inputs().dataSync();
    near.forEach((pixel, at) => {
      expect(Math.abs(pixel - x[at]!)).toBeLessThanOrEqual(0.25 + 1e-6);
      expect(pixel >= 0 && pixel <= 1).toBe(true);
    });
    const apart = (images: ArrayLike<number>) => plain(weights, images, 1) - plain(weights, x, 1);
    const random = Array.from({ length: 50 }, (_, draw) => new Rng(draw).uniform(x.length).map((u, at) => Math.min(1, Math.max(0, x[at]! + (u < 0.5 ? -0.25 : 0.25)))));
    expect(apart(near)).toBeGreaterThan(Math.max(...random.map(apart)) * 0.9);
    expect(apart(near)).toBeGreaterThan(0.05);
  });
});
