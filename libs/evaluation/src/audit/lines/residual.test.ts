import { expect, it } from 'vitest';
import { residual } from './residual.ts';

it.each([
  { logits: [1, 2, 0.5], label: 1 },
  { logits: [3, -2, 0.25, 3], label: 1 },
  { logits: [30, 0, -5], label: 0 },
])('is softmax less one-hot: $logits', ({ logits, label }) => {
  const sum = logits.reduce((total, value) => total + Math.exp(value), 0);
  const { scale, direction } = residual(logits, label);
  logits.forEach((value, k) => {
    const others = logits.filter((_, other) => other !== label).reduce((total, other) => total + Math.exp(other), 0);
    const expected = k === label ? -others / sum : Math.exp(value) / sum;
    expect(scale * direction[k]! / expected).toBeCloseTo(1, 12);
  });
});

it('keeps its direction where float32, and where float64, underflows', () => {
  const single = residual([200, 0, -1], 0);
  expect(Math.fround(single.scale)).toBe(0);
  expect(single.scale).toBeCloseTo(Math.exp(-200) * (1 + Math.exp(-1)), 100);
  const double = residual([2000, 0, -1], 0);
  expect(double.scale).toBe(0);
  expect([...double.direction]).toEqual([...single.direction]);
  expect(double.direction[0]).toBe(-1);
});
