import { expect, it } from 'vitest';
import { perturbationNorm } from './perturbation.ts';

it('measures as the norms are defined', () => {
  const [before, after] = [Float32Array.of(0, 0.5, 1), Float32Array.of(0.25, 0.5, 0.25)];
  expect(perturbationNorm(before, after, 'linf')).toBe(0.75);
  expect(perturbationNorm(before, after, 'l1')).toBe(1);
  expect(perturbationNorm(before, after, 'l2')).toBeCloseTo(Math.hypot(0.25, 0.75), 6);
});
