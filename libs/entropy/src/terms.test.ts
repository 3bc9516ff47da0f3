import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Reading } from './reading.ts';
import { entropyTerms } from './terms.ts';

const clipAt = 1e-7;

/** The four terms in plain float64 numbers, written from the definitions. */
const plain: Readonly<Record<Reading['nonPositive'], (h: number) => number>> = {
  zero: (h) => (h <= 0 ? 0 : -h * Math.log(Math.max(h, 1e-12))),
  absolute: (h) => -h * Math.log(Math.max(Math.abs(h), 1e-12)),
  clip: (h) => -Math.max(h, clipAt) * Math.log(Math.max(h, clipAt)),
  'clip-to-one': (h) => -Math.min(Math.max(h, clipAt), 1) * Math.log(Math.min(Math.max(h, clipAt), 1)),
};

/** Central difference in float64 with a step that suits the size of h; kinks are not among the points. */
function slope(f: (h: number) => number, h: number): number {
  const step = Math.max(Math.abs(h) * 1e-6, 1e-22);
  return (f(h + step) - f(h - step)) / (2 * step);
}

const points = [1e-20, 1e-15, 1e-9, 3e-7, 1e-4, 0.1, 1 / Math.E, 0.5, 0.99, 1.01, 2, 10, 1e4, 1e10, 1e20, 1e30];
const kinds = ['zero', 'absolute', 'clip', 'clip-to-one'] as const;

beforeAll(() => prepareBackend('cpu'));

function valueAndGradient(h: readonly number[], nonPositive: Reading['nonPositive']): { values: ArrayLike<number>; slopes: ArrayLike<number> } {
  const x = tf.tensor1d([...h]);
  const f = (t: tf.Tensor) => tf.sum(entropyTerms(t, { nonPositive, clipAt }));
  return { values: entropyTerms(x, { nonPositive, clipAt }).dataSync(), slopes: tf.grad(f)(x).dataSync() };
}

describe.each(kinds)('-h log h with h <= 0 as %s', (kind) => {
  it('is what it is in float64, and so is its gradient, from 1e-20 to 1e30 and below zero', () => {
    const h = [...points, ...points.map((value) => -value)].map(Math.fround);
    const { values, slopes } = valueAndGradient(h, kind);
    h.forEach((value, at) => {
      const expected = plain[kind](value);
      expect(Math.abs(values[at]! - expected)).toBeLessThanOrEqual(2e-6 * Math.abs(expected) + 1e-12);
      const rise = slope(plain[kind], value);
      expect(Math.abs(slopes[at]! - rise), `slope at ${value}`).toBeLessThanOrEqual(3e-6 * Math.abs(rise) + 3e-6);
    });
  });

  it('is finite with a finite gradient wherever h is, at zero and the smallest numbers too', () => {
    const { values, slopes } = valueAndGradient([0, -0, 1e-45, -1e-45, 1.17549435e-38, 1e-12, clipAt, 1, 1e36, -1e36], kind);
    expect(Array.from(values).every(Number.isFinite)).toBe(true);
    expect(Array.from(slopes).every(Number.isFinite)).toBe(true);
  });
});

it('counts nothing at zero and below, with gradient zero, by default', () => {
  const { values, slopes } = valueAndGradient([0, -1e-30, -1, -1e30], 'zero');
  expect(Array.from(values, Math.abs)).toEqual([0, 0, 0, 0]);
  expect(Array.from(slopes, Math.abs)).toEqual([0, 0, 0, 0]);
});
