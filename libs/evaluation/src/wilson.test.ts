import { expect, it } from 'vitest';
import { median, wilsonInterval } from './wilson.ts';

it.each([
  // The same formula in 30 digits.
  [0, 10, [0, 0.2775327998628898]],
  [10, 10, [0.7224672001371102, 1]],
  [5, 10, [0.236593090512564, 0.763406909487436]],
  [1, 1000, [0.000176546370626078, 0.005642558597957936]],
])('the interval of %i of %i', (successes, trials, expected) => {
  wilsonInterval(successes, trials)!.forEach((end, at) => expect(end).toBeCloseTo(expected[at]!, 9));
});

it('is nothing for no trials, and holds the rate', () => {
  expect(wilsonInterval(0, 0)).toBeNull();
  for (let found = 0; found <= 30; found++) {
    const [low, high] = wilsonInterval(found, 30)!;
    expect(low).toBeLessThanOrEqual(found / 30);
    expect(high).toBeGreaterThanOrEqual(found / 30);
  }
});

it('takes the middle', () => {
  expect([median([]), median([3]), median([10, 9, 1]), median([4, 1, 3, 2])]).toEqual([null, 3, 9, 2.5]);
});
