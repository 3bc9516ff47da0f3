import { parseRunSpec } from '@entropic-lab/protocol';
import { expect, it } from 'vitest';
import { differences } from './differences.ts';
import { mcnemar } from './mcnemar.ts';

it('tells the fields in which requests differ, and no others', () => {
  const base = { dataset: { name: 'mnist' }, model: { architecture: 'lenet5' } };
  const specs = [parseRunSpec({ ...base, name: 'a', training: { epochs: 2 } }), parseRunSpec({ ...base, name: 'b', seed: 4, training: { epochs: 2 } })];
  expect(differences(specs)).toEqual([{ path: 'seed', values: ['0', '4'] }]);
});

it('gives the exact p of McNemar by closed forms', () => {
  const split = (onlyFirst: number, onlySecond: number, both: number) => {
    const rights = [...Array<[boolean, boolean]>(onlyFirst).fill([true, false]), ...Array<[boolean, boolean]>(onlySecond).fill([false, true]), ...Array<[boolean, boolean]>(both).fill([true, true])];
    return mcnemar(rights.map(([right]) => right), rights.map(([, right]) => right));
  };
  expect(split(0, 5, 10)).toMatchObject({ images: 15, onlyFirst: 0, onlySecond: 5 });
  expect(split(0, 5, 10).p).toBeCloseTo(2 / 32, 12);
  expect(split(1, 9, 0).p).toBeCloseTo((2 * 11) / 1024, 12);
  expect(split(4, 4, 1).p).toBe(1);
  expect(split(0, 0, 3).p).toBe(1);
  expect(split(0, 2000, 0).p).toBe(0);
});
