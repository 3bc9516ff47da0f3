import { Rng } from '@entropic-lab/tensor';
import { expect, it } from 'vitest';
import { targetsOf } from './targets.ts';

const labels = Int32Array.from({ length: 900 }, (_, at) => at % 10);

it('the next class follows the label, and the first the last', () => {
  expect([...targetsOf('next', labels, { classes: 10, rng: new Rng(1) }).slice(0, 10)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
});

it('a random class is every other one, never the label, and the same for an example whatever the set', () => {
  const random = targetsOf('random', labels, { classes: 10, rng: new Rng(1) });
  const offsets = Array.from(random, (target, at) => (target - labels[at]! + 10) % 10);
  for (let offset = 1; offset < 10; offset++) expect(offsets.filter((found) => found === offset).length / 900).toBeCloseTo(1 / 9, 1);
  expect(offsets).not.toContain(0);
  expect(targetsOf('random', labels.slice(0, 5), { classes: 10, rng: new Rng(1) })).toEqual(random.slice(0, 5));
  expect(targetsOf('random', labels, { classes: 10, rng: new Rng(2) })).not.toEqual(random);
});
