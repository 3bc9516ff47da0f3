import { lenet5Reference, runAttack, selectImages } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, expect, it } from 'vitest';
import carliniWagner from './index.ts';

beforeAll(() => prepareBackend('wasm'));

it('finds images about as close as those recorded with foolbox, given a constant that suits them', async () => {
  using reference = lenet5Reference();
  const rows = [1, 6, 7];
  const batch = selectImages(reference.batch, rows);
  const options = { binarySearchSteps: 1, steps: 100, initialConst: 3, stepSize: 0.02 };
  const { distances, predictions, notFinite } = await runAttack(carliniWagner, { ...reference, batch, norm: 'l2', epsilon: 10, options, runner: eagerRunner() });
  const recorded = reference.recorded('l2/cw-l2');
  expect(notFinite).toEqual([]);
  predictions.forEach((answer, row) => expect(answer).not.toBe(batch.labels[row]));
  distances.forEach((distance, row) => expect(distance).toBeLessThan(recorded[rows[row]!]! * 1.05));
});

it('returns the input where it finds nothing, and stops an example without touching the others', async () => {
  using reference = lenet5Reference();
  const options = { binarySearchSteps: 1, steps: 20, initialConst: 1e-9 };
  const batch = selectImages(reference.batch, [0, 1]);
  const { images } = await runAttack(carliniWagner, { ...reference, batch, norm: 'l2', epsilon: 10, options, runner: eagerRunner() });
  expect(images).toEqual(batch.pixels);
});

it('wins by the confidence asked for', async () => {
  using reference = lenet5Reference();
  const batch = selectImages(reference.batch, [8]);
  const options = { binarySearchSteps: 2, steps: 60, initialConst: 1, stepSize: 0.05, confidence: 4 };
  const { logits, predictions } = await runAttack(carliniWagner, { ...reference, batch, norm: 'l2', epsilon: 10, options, runner: eagerRunner() });
  expect(logits[predictions[0]!]! - logits[batch.labels[0]!]!).toBeGreaterThan(3.99);
});
