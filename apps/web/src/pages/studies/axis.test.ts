import { expect, it } from 'vitest';
import { axisOf } from './axis.ts';
import { shortName } from './parameters.ts';

it('places numbers by size, and by logarithm where they span much', () => {
  const linear = axisOf([2, 4, 3]);
  expect([2, 3, 4].map(linear.place)).toEqual([0, 0.5, 1]);
  const wide = axisOf([1e-4, 1e-2, 1e-3], { ofOption: true });
  expect(wide.logarithmic).toBe(true);
  expect(axisOf([0.01, 0.5]).logarithmic).toBe(false);
  expect(wide.place(1e-3)).toBeCloseTo(0.5, 12);
});

it('places one value in the middle, names in their order, and nothing where there is nothing', () => {
  expect(axisOf([5, 5]).place(5)).toBe(0.5);
  const named = axisOf(['adam', 'sgd', 'rmsprop', 'adam']);
  expect(['adam', 'sgd', 'rmsprop'].map(named.place)).toEqual([0, 0.5, 1]);
  expect(named.place('lion')).toBeUndefined();
  expect(axisOf([1, 2, undefined]).place(undefined)).toBeUndefined();
  expect(axisOf([]).ticks).toEqual([]);
});

it('shortens paths as far as they stay apart', () => {
  const paths = ['training.optimizer.learningRate', 'evaluation.attacks.0.epsilon', 'training.trainer.attack.epsilon'];
  expect(paths.map((path) => shortName(path, paths))).toEqual(['learningRate', '0.epsilon', 'attack.epsilon']);
});
