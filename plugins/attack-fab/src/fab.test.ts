import { assertConforms, lenet5Reference, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import fab from './index.ts';

beforeAll(() => prepareBackend('wasm'));

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/autoattack.json'), 'utf8')) as Record<string, number[][]>;

it('conforms', { timeout: 240_000 }, () => assertConforms(fab, { options: { steps: 20 } }));

const run = async (norm: 'linf' | 'l2', options: Record<string, unknown>, epsilon = 10) => {
  using reference = lenet5Reference();
  return await runAttack(fab, { ...reference, norm, epsilon, options, runner: eagerRunner() });
};

describe.each(['linf', 'l2'] as const)('in %s', (norm) => {
  it('finds towards the most likely class the distances of the reference implementation, image by image', async () => {
    const { distances, calls } = await run(norm, { steps: 20, targets: 1 });
    distances.forEach((distance, row) => expect(Math.abs(distance / recorded[`${norm}, 20 steps`]![0]![row]! - 1)).toBeLessThan(0.01));
    expect(calls).toEqual({ forward: 41, backward: 20 });
  });

  it('keeps the closest of the classes it tries', async () => {
    const { distances } = await run(norm, { steps: 20, targets: 3 });
    const least = distances.map((_, row) => Math.min(...recorded[`${norm}, 20 steps`]!.slice(0, 3).map((tried) => tried[row]!)));
    distances.forEach((distance, row) => expect(Math.abs(distance / least[row]! - 1)).toBeLessThan(0.01));
  });
});

it('stops by example at the class by which it got within epsilon', async () => {
  const epsilon = 0.1;
  const { distances } = await run('linf', { steps: 20, targets: 2, untilEpsilon: true }, epsilon);
  const [first, second] = recorded['linf, 20 steps'] as [number[], number[]];
  distances.forEach((distance, row) => {
    const expected = first[row]! <= epsilon ? first[row]! : Math.min(first[row]!, second[row]!);
    expect(Math.abs(distance / expected - 1)).toBeLessThan(0.01);
  });
});
