import { expect, it } from 'vitest';
import { robustnessByExample } from './robustness-steps.ts';

type PerExample = Parameters<typeof robustnessByExample>[1][number];

function found(distances: readonly (number | null)[]): PerExample {
  const label = distances.map(() => 1);
  return { label, cleanPrediction: label, prediction: label, outcome: distances.map((distance) => (distance === null ? 'notFound' : 'found')), distance: [...distances] };
}

it('falls at the shortest perturbation of each image that any attack of the norm found, and is level between', () => {
  const attacks = [{ plugin: 'fgsm', norm: 'linf' }, { plugin: 'fmn', norm: 'l2' }, { plugin: 'pgd', norm: 'linf' }] as const;
  const [linf, l2, ...others] = robustnessByExample(attacks, [found([0.3, null, 0.3, null]), found([null, null, null, null]), found([0.1, null, null, null])]);
  expect([l2, others]).toEqual([undefined, []]);
  expect(linf).toMatchObject({ norm: 'linf', images: 4, median: null });
  expect(linf!.steps.map(({ epsilon, robustAccuracy }) => [Math.round(epsilon * 1e6) / 1e6, robustAccuracy])).toEqual([[0, 1], [0.1, 1], [0.1, 0.75], [0.3, 0.75], [0.3, 0.5]]);
});

it('has no more steps than a chart tells apart, and ends where it ends', () => {
  const distances = Array.from({ length: 10_000 }, (_, at) => (at + 1) / 10_000);
  const [curve] = robustnessByExample([{ plugin: 'fmn', norm: 'l2' }], [found(distances)]);
  expect(curve!.steps.length).toBeLessThan(1_000);
  expect(curve!.steps.at(-1)).toEqual({ epsilon: 1, robustAccuracy: 0 });
  expect(curve!.median).toBeCloseTo(0.50005, 10);
});
