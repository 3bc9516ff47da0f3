import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareBackend } from './backend.ts';
import { clipNorm, projectBall, uniformInBall } from './balls.ts';
import { norm } from './norms.ts';
import { Rng } from './rng.ts';
import { withinEpsilon } from './tolerance.ts';

beforeAll(() => prepareBackend('wasm'));

const norms = ['linf', 'l2', 'l1'] as const;
const bounds = { min: 0, max: 1 };

const plainNorm = {
  linf: (v: readonly number[]) => Math.max(0, ...v.map(Math.abs)),
  l2: (v: readonly number[]) => Math.hypot(...v),
  l1: (v: readonly number[]) => v.reduce((sum, x) => sum + Math.abs(x), 0),
};

/** Exact projection by sorting: J. Duchi et al., "Efficient projections onto the l1-ball", ICML 2008. */
function plainL1(v: readonly number[], epsilon: number): number[] {
  if (plainNorm.l1(v) <= epsilon) return [...v];
  const sorted = v.map(Math.abs).sort((a, b) => b - a);
  let sum = 0;
  let theta = 0;
  sorted.forEach((u, i) => {
    sum += u;
    if (u >= (sum - epsilon) / (i + 1)) theta = (sum - epsilon) / (i + 1);
  });
  return v.map((x) => Math.sign(x) * Math.max(Math.abs(x) - theta, 0));
}

const vector = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1, maxLength: 40 });
const epsilons = fc.oneof(fc.constant(0), fc.float({ noNaN: true, min: Math.fround(1e-3), max: 200 }));

describe.each(norms)('%s', (kind) => {
  it('measures as plain numbers do, also tiny and huge ones', () => {
    for (const scale of [1e-30, 1e-20, 1, 1e18]) {
      const values = [...new Rng(2).normal(50)].map((x) => Math.fround(x * scale));
      const [length] = tf.tidy(() => norm(tf.tensor2d([values]), kind).dataSync());
      expect(Math.abs(length! / plainNorm[kind](values) - 1)).toBeLessThan(1e-5);
    }
    expect(tf.tidy(() => [...norm(tf.zeros([2, 3]), kind).dataSync()])).toEqual([0, 0]);
    expect(tf.tidy(() => norm(tf.zeros([0, 3, 3, 1]), kind).shape)).toEqual([0]);
  });

  it('projects into the ball, leaves what is inside, is idempotent, and never leaves the nearest point', () => {
    fc.assert(
      fc.property(vector, epsilons, (values, epsilon) => {
        const ball = { norm: kind, epsilon };
        const project = (v: readonly number[]): number[] => tf.tidy(() => [...projectBall(tf.tensor2d([[...v]]), ball).dataSync()]);
        const once = project(values);
        const twice = project(once);
        expect(withinEpsilon(plainNorm[kind](once), { ...ball, bounds }, values.length)).toBe(true);
        twice.forEach((x, i) => expect(x).toBeCloseTo(once[i]!, 3));
        if (plainNorm[kind](values) < epsilon * 0.999) once.forEach((x, i) => expect(Math.abs(x - values[i]!)).toBeLessThanOrEqual(1e-6 * Math.abs(values[i]!) + 1e-30));
        if (kind === 'l1') plainL1(values, epsilon).forEach((x, i) => expect(Math.abs(x - once[i]!)).toBeLessThan(1e-5 * Math.max(1e-20, plainNorm.linf(values)) + 1e-6 * epsilon));
      }),
    );
  });

  it('rescales to the ball in the same direction', () => {
    const clipped = tf.tidy(() => clipNorm(tf.tensor2d([[3, -4], [0.1, 0], [0, 0]]), { norm: kind, epsilon: 1 }).arraySync());
    expect(clipped[0]![1]! / clipped[0]![0]!).toBeCloseTo(-4 / 3, 5);
    expect(plainNorm[kind](clipped[0]!)).toBeCloseTo(1, 5);
    expect(clipped.slice(1)).toEqual([[Math.fround(0.1), 0], [0, 0]]);
  });

  it('starts uniformly in the ball: by volume, in all directions', () => {
    const [batch, dimension] = [4000, 3];
    const rng = new Rng(9);
    let draw = 0;
    const make = (values: Float32Array, shape: readonly number[]) => tf.tensor(values, [batch, ...shape]);
    const size = (shape: readonly number[]) => batch * shape.reduce((a, b) => a * b, 1);
    const draws = {
      uniform: (shape: readonly number[] = [dimension]) => make(rng.fork(draw++).uniform(size(shape)), shape),
      normal: (shape: readonly number[] = [dimension]) => make(rng.fork(draw++).normal(size(shape)), shape),
    };
    const points = tf.tidy(() => uniformInBall(draws, { norm: kind, epsilon: 2 }).arraySync()) as number[][];
    const lengths = points.map((point) => plainNorm[kind](point));
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2 * (1 + 1e-6));
    // Half of the volume lies within 2 * (1/2)^(1/3); a standard deviation of the count is 32.
    const inner = lengths.filter((length) => length < 2 * 0.5 ** (1 / 3)).length;
    expect(Math.abs(inner - batch / 2)).toBeLessThan(130);
    for (let axis = 0; axis < dimension; axis++) {
      expect(Math.abs(points.filter((point) => point[axis]! > 0).length - batch / 2)).toBeLessThan(130);
    }
  });
});

it('projects images of a real size onto the l1 ball exactly', () => {
  const values = [...new Rng(3).normal(3072)].map((x) => Math.fround(x ** 5));
  const expected = plainL1(values, 12);
  const actual = tf.tidy(() => projectBall(tf.tensor2d([values]), { norm: 'l1', epsilon: 12 }).dataSync());
  const worst = Math.max(...expected.map((x, i) => Math.abs(x - actual[i]!)));
  expect(worst).toBeLessThan(1e-3);
  expect(plainNorm.l1([...actual])).toBeCloseTo(12, 3);
});

it('allows float32 rounding of epsilon and nothing more', () => {
  const threat = { norm: 'linf', epsilon: 0.3, bounds } as const;
  expect(withinEpsilon(Math.fround(0.3) + 1e-7, threat, 784)).toBe(true);
  expect(withinEpsilon(0.3001, threat, 784)).toBe(false);
  expect(withinEpsilon(1e-3, { ...threat, epsilon: 0 }, 784)).toBe(false);
  expect(withinEpsilon(4.5001, { ...threat, norm: 'l2', epsilon: 4.5 }, 784)).toBe(false);
});
