import { assertConforms, lenet5Reference, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import auto from './index.ts';

beforeAll(() => prepareBackend('wasm'));

it('conforms', { timeout: 240_000 }, () => assertConforms(auto, { options: { steps: 8, queries: 10 } }));

describe('on LeNet-5', () => {
  const run = async (epsilon: number, options: Record<string, unknown>) => {
    using reference = lenet5Reference();
    const output = await runAttack(auto, { ...reference, norm: 'linf', epsilon, options, runner: eagerRunner() });
    return { ...output, broken: output.predictions.map((answer, row) => answer !== reference.batch.labels[row]) };
  };

  it('gives each member what those before it left standing', async () => {
    const { members, broken, calls } = await run(0.1, { steps: 10, targets: 2, queries: 40 });
    expect(members.map(({ plugin, options }) => [plugin, options['objective']])).toEqual([['apgd', 'crossEntropy'], ['apgd', 'targetedDlr'], ['fab', undefined], ['square', undefined]]);
    let standing = Array.from({ length: 12 }, (_, row) => row);
    for (const { rows, found } of members) {
      expect(rows).toEqual(standing);
      standing = standing.filter((row) => !found.includes(row));
    }
    expect(broken.flatMap((one, row) => (one ? [] : [row]))).toEqual(standing);
    expect(calls.forward).toBeCloseTo(members.reduce((sum, member) => sum + (member.calls.forward * member.rows.length) / 12, 0), 6);
  });

  it('stops where nothing stands any more', async () => {
    const { members, broken } = await run(0.3, { steps: 20 });
    expect(broken.every(Boolean)).toBe(true);
    expect(members).toHaveLength(1);
  });

  it('runs the members it is told to', async () => {
    const { members } = await run(0.01, { members: ['square', 'apgd-dlr'], steps: 3, queries: 3 });
    expect(members.map(({ plugin, options }) => [plugin, options['objective']])).toEqual([['square', undefined], ['apgd', 'dlr']]);
  });
});
