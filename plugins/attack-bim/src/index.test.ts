import { compareImages, lenet5Reference, recordedAttacks, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, expect, it } from 'vitest';
import bim from './index.ts';

beforeAll(() => prepareBackend('wasm'));

it('gives the images recorded with foolbox, whose defaults are its own', async () => {
  using reference = lenet5Reference();
  const { norm, epsilon } = recordedAttacks.bim;
  const output = await runAttack(bim, { ...reference, norm, epsilon, runner: eagerRunner() });
  const agreement = compareImages(output.images, reference.recorded('adversarial/bim'));
  // A pixel whose gradient is rounding alone may go the other way.
  expect(agreement.differingShare).toBeLessThan(0.002);
  expect(output.predictions.map((answer, row) => Number(answer !== reference.batch.labels[row]))).toEqual([...reference.recorded('success/bim')]);
  expect(output.calls).toEqual({ forward: 10, backward: 10 });
});
