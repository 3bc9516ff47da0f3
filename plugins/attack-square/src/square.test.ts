import { assertConforms, lenet5Reference, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import square from './index.ts';

beforeAll(() => prepareBackend('wasm'));

it('conforms', () => assertConforms(square, { options: { queries: 60 } }));

it('breaks LeNet-5 at 0.3 with queries alone, gradient or not', async () => {
  using reference = lenet5Reference();
  const { network } = reference;
  const run = () => runAttack(square, { ...reference, norm: 'linf', epsilon: 0.3, options: { queries: 200 }, runner: eagerRunner() });
  const before = await run();
  expect(before.predictions.filter((answer, row) => answer !== reference.batch.labels[row]).length).toBeGreaterThanOrEqual(11);
  expect(before.calls.backward).toBe(0);
  expect(before.calls.forward).toBeLessThanOrEqual(200);
  // A last layer times 128 hides the gradient of the cross-entropy; here nothing changes at all.
  network.setParams(Object.fromEntries(Object.entries(network.params).map(([name, value]) => [name, name.startsWith('logits/') ? tf.mul(value, 128) : tf.clone(value)])));
  expect((await run()).images).toEqual(before.images);
});
