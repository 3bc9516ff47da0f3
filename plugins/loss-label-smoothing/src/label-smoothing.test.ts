import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { labelSmoothingLoss } from './index.ts';

beforeAll(() => prepareBackend('cpu'));

const logits = [[2, -1, 0.5], [0, 0, 30]];
const labels = [0, 1];

/** Cross-entropy with the smoothed targets written out, in float64. */
function plain(rows: readonly (readonly number[])[], smoothing: number): number {
  const each = rows.map((row, at) => {
    const norm = Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0));
    return -row.reduce((sum, z, k) => sum + ((k === labels[at] ? 1 - smoothing : 0) + smoothing / 3) * (z - norm), 0);
  });
  return each.reduce((a, b) => a + b) / each.length;
}

it.each([0, 0.1, 0.9])('is cross-entropy with targets smoothed by %f, and its gradient', (smoothing) => {
  const loss = (z: tf.Tensor): tf.Scalar => {
    const outputs = { logits: z as tf.Tensor2D, layers: [] };
    const batch = { inputs: tf.zeros([2, 1, 1, 1]) as tf.Tensor4D, labels: tf.tensor1d(labels, 'int32'), classes: 3, outputs, forward: () => outputs, reference: {}, bounds: { min: 0, max: 1 } };
    return labelSmoothingLoss.compute({ ...batch, options: { smoothing } }).total;
  };
  const z = tf.tensor2d(logits);
  expect(loss(z).dataSync()[0]).toBeCloseTo(plain(logits, smoothing), 5);
  const gradient = tf.grad(loss)(z).dataSync();
  logits.forEach((row, at) => row.forEach((_, k) => {
    const moved = (step: number) => plain(logits.map((other, i) => (i === at ? other.map((value, j) => (j === k ? value + step : value)) : other)), smoothing);
    expect(gradient[at * 3 + k]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5);
  }));
});
