import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { martLoss } from './index.ts';

beforeAll(() => prepareBackend('cpu'));

const labels = [0, 2];
const clean = [[1, 0.2, -1], [0.5, 0.1, 0.3]];
const near = [[0.3, 0.6, -1], [0.9, 0.1, -0.2]];

/** The loss on given logits in float64. */
function plain(cleanRows: readonly (readonly number[])[], nearRows: readonly (readonly number[])[], beta: number): number {
  const softmax = (row: readonly number[]) => row.map((z) => Math.exp(z) / row.reduce((sum, other) => sum + Math.exp(other), 0));
  const each = cleanRows.map((row, at) => {
    const [p, q, label] = [softmax(row), softmax(nearRows[at]!), labels[at]!];
    const other = Math.max(...q.filter((_, k) => k !== label));
    const apart = p.reduce((sum, value, k) => sum + value * Math.log(value / q[k]!), 0);
    return -Math.log(q[label]!) - Math.log(1.0001 - other) + beta * apart * (1 - p[label]!);
  });
  return each.reduce((a, b) => a + b) / each.length;
}

function compute(rows: tf.Tensor, nearRows: tf.Tensor): tf.Scalar {
  const inputs = tf.zeros([2, 1, 1, 1]) as tf.Tensor4D;
  const forward = () => ({ logits: nearRows as tf.Tensor2D, layers: [] });
  const outputs = { logits: rows as tf.Tensor2D, layers: [] };
  const batch = { inputs, labels: tf.tensor1d(labels, 'int32'), classes: 3, outputs, forward, reference: {}, bounds: { min: 0, max: 1 }, perturbed: inputs };
  return martLoss.compute({ ...batch, options: martLoss.options.parse({ beta: 5 }) }).total;
}

describe('MART', () => {
  it('is equation 11 in float64, with its gradient through both answers', () => {
    const [a, b] = [tf.tensor2d(clean), tf.tensor2d(near)];
    expect(compute(a, b).dataSync()[0]).toBeCloseTo(plain(clean, near, 5), 5);
    const [ofClean, ofNear] = tf.grads((x: tf.Tensor, y: tf.Tensor) => compute(x, y))([a, b]).map((gradient) => gradient.dataSync());
    const moved = (rows: readonly (readonly number[])[], at: number, step: number) => rows.map((row, i) => row.map((z, k) => (i * 3 + k === at ? z + step : z)));
    for (let at = 0; at < 6; at++) {
      expect(ofClean![at]).toBeCloseTo((plain(moved(clean, at, 1e-5), near, 5) - plain(moved(clean, at, -1e-5), near, 5)) / 2e-5, 4);
      expect(ofNear![at]).toBeCloseTo((plain(clean, moved(near, at, 1e-5), 5) - plain(clean, moved(near, at, -1e-5), 5)) / 2e-5, 4);
    }
  });

  it('is finite however sure the network is', () => {
    const sure = tf.tensor2d([[0, 500, 0], [900, 0, 0]]);
    expect(Number.isFinite(compute(sure, sure).dataSync()[0])).toBe(true);
    expect(Array.from(tf.grad((x: tf.Tensor) => compute(x, x))(sure).dataSync()).every(Number.isFinite)).toBe(true);
  });

  it('looks at images within epsilon on which the label is least likely', () => {
    const kernel = tf.tensor2d(new Rng(4).normal(12), [4, 3]);
    const forward = (x: tf.Tensor4D) => ({ logits: tf.matMul(tf.reshape(x, [2, 4]), kernel) as tf.Tensor2D, layers: [] });
    const inputs = tf.tensor4d(new Rng(1).uniform(8), [2, 2, 2, 1]);
    const options = martLoss.options.parse({ epsilon: 0.2 });
    const batch = { inputs, labels: tf.tensor1d(labels, 'int32'), classes: 3, outputs: forward(inputs), forward, reference: {}, bounds: { min: 0, max: 1 }, options };
    const found = martLoss.perturb!(batch);
    expect(tf.max(tf.abs(tf.sub(found, inputs))).dataSync()[0]).toBeLessThanOrEqual(0.2 + 1e-6);
    const likely = (x: tf.Tensor4D) => tf.softmax(forward(x).logits).arraySync() as number[][];
    likely(found).forEach((row, image) => expect(row[labels[image]!]).toBeLessThan(likely(inputs)[image]![labels[image]!]!));
  });
});
