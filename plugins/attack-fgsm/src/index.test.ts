import { compareImages, lenet5Reference, recordedAttacks, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import fgsm from './index.ts';

beforeAll(() => prepareBackend('wasm'));

describe('fgsm', () => {
  it.each(['fgsm', 'fgsm-eps0.1'] as const)('gives the images recorded with foolbox: %s', async (name) => {
    using reference = lenet5Reference();
    const { norm, epsilon } = recordedAttacks[name];
    const { images, distances } = await runAttack(fgsm, { ...reference, norm, epsilon, runner: eagerRunner() });
    const gradient = reference.recorded('input_gradient_sum_cross_entropy');
    const expected = reference.recorded(`adversarial/${name}`);
    // Where the gradient is rounding alone, its sign is not defined.
    const [mine, theirs] = [images, expected].map((pixels) => pixels.filter((_, at) => Math.abs(gradient[at]!) >= 1e-6));
    expect(compareImages(mine!, theirs!).largestDifference).toBeLessThan(1e-6);
    expect(mine!.length).toBeGreaterThan(expected.length / 2);
    expect(Math.max(...distances)).toBeLessThan(epsilon + 1e-6);
  });

  it('steps by epsilon along the gradient in l2, once', async () => {
    using reference = lenet5Reference();
    const { distances, calls } = await runAttack(fgsm, { ...reference, norm: 'l2', epsilon: 1, bounds: { min: -9, max: 9 }, runner: eagerRunner() });
    for (const distance of distances) expect(distance).toBeCloseTo(1, 4);
    expect(calls).toEqual({ forward: 1, backward: 1 });
  });
});
