import { expect, it } from 'vitest';
import { discordant, mcnemar } from './mcnemar.ts';

it.each([
  // Two-sided sums of binomial coefficients over 2^n, by hand.
  [0, 0, 1],
  [1, 0, 1],
  [5, 0, 2 / 32],
  [0, 8, 2 / 256],
  [1, 9, 22 / 1024],
  [10, 10, 1],
])('%i against %i', (firstOnly, secondOnly, expected) => {
  expect(mcnemar({ firstOnly, secondOnly })).toBeCloseTo(expected, 12);
});

it('is a probability for thousands of pairs', () => {
  const p = mcnemar({ firstOnly: 2000, secondOnly: 1800 });
  // The normal approximation with continuity correction: z = 199 / sqrt(3800).
  expect(p).toBeCloseTo(0.00125, 4);
  expect(mcnemar({ firstOnly: 5000, secondOnly: 0 })).toBe(0);
});

it('counts where two records differ', () => {
  expect(discordant([true, true, false, false], [true, false, true, false])).toEqual({ firstOnly: 1, secondOnly: 1 });
});
