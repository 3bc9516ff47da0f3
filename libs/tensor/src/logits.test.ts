import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from './backend.ts';
import { crossEntropy, logitMargin, runnerUp } from './logits.ts';

beforeAll(() => prepareBackend('wasm'));

const rows = [[1, 2, 3], [-5, 0, 5], [1e4, -1e4, 0], [0, 0, 0], [-3e4, -3e4, -2.9e4]];
const labels = [2, 0, 1, 1, 0];

function plainCrossEntropy(z: readonly number[], label: number): number {
  const largest = Math.max(...z);
  return largest + Math.log(z.reduce((sum, x) => sum + Math.exp(x - largest), 0)) - z[label]!;
}

function values(compute: (z: tf.Tensor2D, y: tf.Tensor1D) => tf.Tensor): number[] {
  return tf.tidy(() => [...compute(tf.tensor2d(rows), tf.tensor1d(labels, 'int32')).dataSync()]);
}

describe('cross-entropy', () => {
  it('is that of plain float64 numbers, however large the logits', () => {
    values(crossEntropy).forEach((value, i) => {
      const expected = plainCrossEntropy(rows[i]!, labels[i]!);
      expect(Math.abs(value - expected)).toBeLessThan(1e-6 * Math.max(1, expected));
    });
  });

  it('has the gradient of finite differences in float64', () => {
    const gradient = values((z, y) => tf.grad((x: tf.Tensor) => tf.sum(crossEntropy(x as tf.Tensor2D, y)))(z));
    rows.forEach((z, row) =>
      z.forEach((_, column) => {
        const at = (h: number) => plainCrossEntropy(z.map((x, i) => (i === column ? x + h : x)), labels[row]!);
        expect(gradient[row * 3 + column]).toBeCloseTo((at(1e-4) - at(-1e-4)) / 2e-4, 4);
      }),
    );
  });
});

describe('margin', () => {
  it('is the label over the best other class, negative logits or not', () => {
    expect(values(logitMargin)).toEqual([1, -10, -2e4, 0, -1e3]);
    expect(values(runnerUp)).toEqual([1, 2, 0, 0, 2]);
  });

  it('pulls the label up and the best other class down', () => {
    const gradient = values((z, y) => tf.grad((x: tf.Tensor) => tf.sum(logitMargin(x as tf.Tensor2D, y)))(z));
    expect(gradient.slice(0, 9)).toEqual([0, -1, 1, 1, 0, -1, -1, 1, 0]);
  });
});
