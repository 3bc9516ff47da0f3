import { assertConforms, lenet5Reference, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, expect, it } from 'vitest';
import deepfool from './index.ts';

beforeAll(() => prepareBackend('wasm'));

it('conforms', () => assertConforms(deepfool));

it('finds images as close as those recorded with foolbox', async () => {
  using reference = lenet5Reference();
  const { distances, predictions } = await runAttack(deepfool, { ...reference, norm: 'l2', epsilon: 10, runner: eagerRunner() });
  predictions.forEach((answer, row) => expect(answer).not.toBe(reference.batch.labels[row]));
  const recorded = reference.recorded('l2/deepfool-l2');
  distances.forEach((distance, row) => expect(distance).toBeLessThan(recorded[row]! * 1.03));
});
