import { assertConforms, lenet5Reference, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import hopSkipJump from './index.ts';

beforeAll(() => prepareBackend('wasm'));

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/foolbox.json'), 'utf8')) as Record<'l2' | 'linf', number[][]>;
const options = { steps: 10, evaluations: 40 };
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

it('conforms', { timeout: 240_000 }, () => assertConforms(hopSkipJump, { options: { steps: 4, evaluations: 20 } }));

describe.each(['l2', 'linf'] as const)('in %s', (norm) => {
  it('finds images about as close as foolbox, for as many queries', async () => {
    using reference = lenet5Reference();
    const { distances, predictions, calls } = await runAttack(hopSkipJump, { ...reference, norm, epsilon: 10, options, runner: eagerRunner() });
    predictions.forEach((answer, row) => expect(answer).not.toBe(reference.batch.labels[row]));
    const ratios = distances.map((distance, row) => distance / median(recorded[norm].map((seed) => seed[row]!)));
    expect(median(ratios)).toBeLessThan(1.1);
    expect(Math.max(...ratios)).toBeLessThan(1.6);
    expect(calls.backward).toBe(0);
    // 40 sqrt(t) queries for directions, 15 or 20 halvings to the border eleven times, and for each leap its halvings.
    const directions = Array.from({ length: 10 }, (_, step) => Math.trunc(40 * Math.sqrt(step + 1))).reduce((sum, queries) => sum + queries, 0);
    const borders = 11 * (norm === 'l2' ? 15 : 20);
    expect(calls.forward).toBeGreaterThanOrEqual(directions + borders + 10 * 8 + 20);
    expect(calls.forward).toBeLessThanOrEqual(directions + borders + 10 * 24 + 20);
  });
});

it('cannot be kept from its way by hiding the logits', async () => {
  using reference = lenet5Reference();
  const { network } = reference;
  const run = async () => (await runAttack(hopSkipJump, { ...reference, norm: 'l2', epsilon: 10, options: { steps: 2, evaluations: 20 }, runner: eagerRunner() })).images;
  const before = await run();
  // A last layer times 128 changes no answer.
  network.setParams(Object.fromEntries(Object.entries(network.params).map(([name, value]) => [name, name.startsWith('logits/') ? tf.mul(value, 128) : tf.clone(value)])));
  expect(await run()).toEqual(before);
});
