import { assertConforms, compareImages, lenet5Reference, recordedAttacks, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, expect, it } from 'vitest';
import momentum from './index.ts';

beforeAll(() => prepareBackend('wasm'));

it('conforms', () => assertConforms(momentum));

it('without momentum is the basic iterative method, as recorded with foolbox', async () => {
  using reference = lenet5Reference();
  const { norm, epsilon, steps, stepSize } = recordedAttacks.bim;
  const { images } = await runAttack(momentum, { ...reference, norm, epsilon, options: { steps, stepSize, decay: 0 }, runner: eagerRunner() });
  expect(compareImages(images, reference.recorded('adversarial/bim')).differingShare).toBeLessThan(0.002);
});

it('with momentum goes on where the gradient turns back', async () => {
  using reference = lenet5Reference();
  const common = { ...reference, norm: 'linf', epsilon: 0.3, runner: eagerRunner() } as const;
  const [plain, heavy] = [await runAttack(momentum, { ...common, options: { decay: 0 } }), await runAttack(momentum, common)];
  expect(compareImages(plain.images, heavy.images).differingShare).toBeGreaterThan(0.05);
  expect(heavy.predictions.filter((answer, row) => answer !== reference.batch.labels[row])).toHaveLength(12);
});
