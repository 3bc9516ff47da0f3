import { assertConforms, lenet5Reference, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import fmn from './index.ts';

beforeAll(() => prepareBackend('wasm'));

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/foolbox.json'), 'utf8')) as Record<'linf' | 'l2' | 'l1', number[]>;

it('conforms', { timeout: 240_000 }, () => assertConforms(fmn, { options: { steps: 40 } }));

it.each(['linf', 'l2', 'l1'] as const)('finds the distances recorded with foolbox, image by image: %s', async (norm) => {
  using reference = lenet5Reference();
  const { distances, predictions, calls } = await runAttack(fmn, { ...reference, norm, epsilon: 1000, options: { steps: 30 }, runner: eagerRunner() });
  predictions.forEach((answer, row) => expect(answer).not.toBe(reference.batch.labels[row]));
  const ratios = distances.map((distance, row) => distance / recorded[norm][row]!);
  ratios.forEach((ratio) => expect(ratio).toBeLessThan(1.03));
  // foolbox 3.3.4 does not project in l2 (it scales by length / length), and stays far from the border.
  if (norm !== 'l2') ratios.forEach((ratio) => expect(ratio).toBeGreaterThan(0.97));
  else expect(Math.min(...ratios)).toBeGreaterThan(0.25);
  expect(calls).toEqual({ forward: 30, backward: 30 });
});
