import { assertConforms, lenet5Reference, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { looks } from './apgd.ts';
import apgd from './index.ts';

beforeAll(() => prepareBackend('wasm'));

it.each(['crossEntropy', 'dlr', 'targetedDlr'])('conforms with %s', (objective) => assertConforms(apgd, { options: { steps: 12, objective } }));

it('looks at the step size as the paper lays down', () => {
  expect(looks(100)).toEqual([22, 19, 16, 13, 10, 7, 6, 6, 1]);
  expect(looks(1)).toEqual([1]);
});

describe('on LeNet-5', () => {
  const wrong = async (options: Record<string, unknown>, epsilon: number) => {
    using reference = lenet5Reference();
    const { predictions } = await runAttack(apgd, { ...reference, norm: 'linf', epsilon, options, runner: eagerRunner() });
    return predictions.map((answer, row) => answer !== reference.batch.labels[row]);
  };

  it('breaks in 20 steps what PGD broke in 40, with either loss', async () => {
    using reference = lenet5Reference();
    const recorded = [...reference.recorded('success/pgd-linf-eps0.1')];
    for (const objective of ['crossEntropy', 'dlr']) {
      const broken = await wrong({ steps: 20, objective }, 0.1);
      expect(broken.filter(Boolean).length).toBeGreaterThanOrEqual(recorded.filter((one) => one === 1).length - 1);
    }
  });

  it('breaks every image at 0.3 by one class or another', async () => {
    expect(await wrong({ steps: 10, objective: 'targetedDlr' }, 0.3)).toEqual(Array.from({ length: 12 }, () => true));
  });
});
