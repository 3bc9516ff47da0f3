import { assertConforms, lenet5Reference, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bump } from './bump.ts';
import square from './index.ts';
import { phases } from './schedule.ts';

beforeAll(() => prepareBackend('wasm'));

it('conforms', { timeout: 240_000 }, () => assertConforms(square, { options: { queries: 60 } }));

it('breaks LeNet-5 at 0.3 with queries alone, gradient or not', async () => {
  using reference = lenet5Reference();
  const { network } = reference;
  const run = () => runAttack(square, { ...reference, norm: 'linf', epsilon: 0.3, options: { queries: 200, rescale: true }, runner: eagerRunner() });
  const before = await run();
  expect(before.predictions.filter((answer, row) => answer !== reference.batch.labels[row]).length).toBeGreaterThanOrEqual(11);
  expect(before.calls.backward).toBe(0);
  expect(before.calls.forward).toBeLessThanOrEqual(200);
  // A last layer times 128 hides the gradient of the cross-entropy; here nothing changes at all.
  network.setParams(Object.fromEntries(Object.entries(network.params).map(([name, value]) => [name, name.startsWith('logits/') ? tf.mul(value, 128) : tf.clone(value)])));
  expect((await run()).images).toEqual(before.images);
});

describe('in l2', () => {
  it('has the bumps of the reference implementation', () => {
    // `eta(5)` and `eta(3)` of AutoAttack's SquareAttack.
    const five = [0.049162, 0.159777, 0.159777, 0.159777, 0.049162, 0.049162, 0.159777, 0.602237, 0.159777, 0.049162, -0.04559, -0.148168, -0.148168, -0.148168, -0.04559,
      -0.04559, -0.148168, -0.558479, -0.148168, -0.04559, -0.04559, -0.148168, -0.148168, -0.148168, -0.04559];
    const three = [0.136083, 0.680414, 0.136083, -0.129099, -0.129099, -0.129099, -0.129099, -0.645497, -0.129099];
    for (const [side, expected] of [[5, five], [3, three]] as const) bump(side).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 5));
  });

  /** AutoAttack's own SquareAttack, 300 queries, seeds 0, 1, 2: 7, 6, 6 of these 12 images at 2, and 10, 10, 9 at 3. */
  it.each([
    [2, 5],
    [3, 9],
  ])('finds at %f about as many as the reference implementation', async (epsilon, least) => {
    using reference = lenet5Reference();
    const { predictions, distances } = await runAttack(square, { ...reference, norm: 'l2', epsilon, options: { queries: 301 }, runner: eagerRunner() });
    expect(predictions.filter((answer, row) => answer !== reference.batch.labels[row]).length).toBeGreaterThanOrEqual(least);
    expect(Math.max(...distances)).toBeLessThan(epsilon * (1 + 1e-5));
  });

  it('spends all of epsilon where no bound is in the way', async () => {
    using reference = lenet5Reference();
    const { distances } = await runAttack(square, { ...reference, norm: 'l2', epsilon: 0.5, bounds: { min: -100, max: 100 }, options: { queries: 30 }, runner: eagerRunner() });
    for (const distance of distances) expect(distance).toBeCloseTo(0.5, 4);
  });
});

describe('the schedule', () => {
  it('halves the share where AutoAttack does, however many queries there are', () => {
    expect(phases({ queries: 301, share: 0.8, rescale: false }).map(({ proposals, share }) => [proposals, 0.8 / share])).toEqual([[11, 1], [40, 2], [150, 4], [99, 8]]);
  });

  it('or in proportion to the queries, as the paper does', () => {
    expect(phases({ queries: 1001, share: 0.8, rescale: true }).map(({ proposals }) => proposals)).toEqual([2, 4, 15, 30, 50, 100, 200, 200, 200, 199]);
  });

  it.each([1, 2, 11, 12, 5000])('takes %d queries in all', (queries) => {
    for (const rescale of [true, false]) expect(phases({ queries, share: 0.8, rescale }).reduce((sum, { proposals }) => sum + proposals, 1)).toBe(queries);
  });
});
