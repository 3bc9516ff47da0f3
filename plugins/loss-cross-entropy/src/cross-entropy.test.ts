import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { crossEntropyLoss } from './index.ts';

beforeAll(() => prepareBackend('cpu'));

const logits = [[2, -1, 0.5], [0, 0, 0], [-3, 4, 1]];
const labels = [0, 2, 0];

/** The loss in float64. */
function plain(rows: readonly (readonly number[])[], clip: number): number {
  const each = rows.map((row, at) => {
    const largest = Math.max(...row);
    const sum = row.reduce((total, z) => total + Math.exp(z - largest), 0);
    if (clip === 0) return Math.log(sum) - (row[labels[at]!]! - largest);
    return -Math.log(Math.min(Math.max(Math.exp(row[labels[at]!]! - largest) / sum, clip), 1 - clip));
  });
  return each.reduce((total, value) => total + value, 0) / each.length;
}

function compute(rows: readonly (readonly number[])[], from: 'logits' | 'clipped-probabilities'): { total: number; gradient: number[] } {
  const loss = (z: tf.Tensor): tf.Scalar => {
    const outputs = { logits: z as tf.Tensor2D, layers: [] };
    const batch = { inputs: tf.zeros([3, 1, 1, 1]) as tf.Tensor4D, labels: tf.tensor1d(labels, 'int32'), classes: 3, outputs, forward: () => outputs, reference: {}, bounds: { min: 0, max: 1 } };
    return crossEntropyLoss.compute({ ...batch, options: crossEntropyLoss.options.parse({ from }) }).total;
  };
  const z = tf.tensor2d(rows.map((row) => [...row]));
  return { total: loss(z).dataSync()[0]!, gradient: Array.from(tf.grad(loss)(z).dataSync()) };
}

describe.each([['logits', 0], ['clipped-probabilities', 1e-7]] as const)('cross-entropy from %s', (from, clip) => {
  it('is what it is in float64, with its gradient', () => {
    const { total, gradient } = compute(logits, from);
    expect(total).toBeCloseTo(plain(logits, clip), 6);
    logits.forEach((row, at) =>
      row.forEach((_, place) => {
        const moved = (step: number) => plain(logits.map((other, i) => (i === at ? other.map((z, j) => (j === place ? z + step : z)) : other)), clip);
        expect(gradient[at * 3 + place]).toBeCloseTo((moved(1e-6) - moved(-1e-6)) / 2e-6, 5);
      }),
    );
  });
});

it('tells how wrong a confident network is from logits; from clipped probabilities it does not, and has no gradient', () => {
  const confident = [[-300, 300, 0], [0, 0, 5e3], [0, 300, 0]];
  const exact = compute(confident, 'logits');
  expect(exact.total).toBeCloseTo((600 + 0 + 300) / 3, 3);
  expect(exact.gradient.slice(0, 2)).toEqual([expect.closeTo(-1 / 3, 6), expect.closeTo(1 / 3, 6)]);
  const clipped = compute(confident, 'clipped-probabilities');
  expect(clipped.total).toBeCloseTo((2 * -Math.log(1e-7)) / 3, 4);
  expect(clipped.gradient.map(Math.abs)).toEqual(Array(9).fill(0));
});
