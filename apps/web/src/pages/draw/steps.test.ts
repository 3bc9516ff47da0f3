import { expect, it } from 'vitest';
import { argmax, softmax, twin } from './steps.ts';

/** A linear network of two classes: its gradient is known, and so is the worst image within any budget. */
const weights = [2, -1, 0.5, -3];
const ask = (image: Float32Array, label: number) => {
  const score = image.reduce((sum, value, at) => sum + value * weights[at]!, 0);
  const towards = label === 0 ? -1 : 1;
  return Promise.resolve({ logits: Float32Array.of(score, 0), gradient: Float32Array.from(weights, (weight) => towards * weight) });
};
const image = Float32Array.of(0.5, 0.5, 0.9, 0.05);

it.each(['fgsm', 'pgd'] as const)('%s goes to the corner of the box that the gradient points at, within the pixels', async (attack) => {
  const found = await twin(image, ask, { attack, epsilon: 0.2, label: 0 });
  [0.3, 0.7, 0.7, 0.25].forEach((value, at) => expect(found[at]).toBeCloseTo(value, 6));
  const clipped = await twin(image, ask, { attack, epsilon: 0.2, label: 1 });
  [0.7, 0.3, 1, 0].forEach((value, at) => expect(clipped[at]).toBeCloseTo(value, 6));
});

it('noise stays within the budget, differs from place to place, and can be repeated', async () => {
  const big = new Float32Array(784).fill(0.5);
  const noisy = await twin(big, ask, { attack: 'noise', epsilon: 0.3, label: 0 });
  expect(Math.max(...noisy.map((value) => Math.abs(value - 0.5)))).toBeLessThanOrEqual(0.3 + 1e-7);
  const mean = noisy.reduce((sum, value) => sum + value, 0) / 784;
  // Uniform on [0.2, 0.8]: the mean of 784 has a standard deviation of 0.0062.
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.025);
  expect(new Set(noisy).size).toBeGreaterThan(770);
  expect(await twin(big, ask, { attack: 'noise', epsilon: 0.3, label: 0 })).toEqual(noisy);
});

it('probabilities sum to one, also of logits that exp alone cannot take', () => {
  const probabilities = softmax(Float32Array.of(1000, 999, -1000));
  expect(probabilities[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
  expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  expect(argmax([0.1, 0.7, 0.2])).toBe(1);
});
