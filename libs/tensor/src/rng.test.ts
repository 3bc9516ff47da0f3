import { describe, expect, it } from 'vitest';
import { normalQuantile } from './normal-quantile.ts';
import { philox } from './philox.ts';
import { Rng } from './rng.ts';

const N = 100_000;

describe('philox', () => {
  // Known answers published with the reference implementation (Random123, kat_vectors, philox4x32 10).
  it.each([
    [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]],
  ])('maps %j under key %j as published', (counter, key, expected) => {
    const words = Uint32Array.from(counter);
    philox(words, key[0]!, key[1]!);
    expect([...words]).toEqual(expected);
  });
});

describe('normalQuantile', () => {
  // scipy.stats.norm.ppf.
  it.each([
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.1, -1.2815515655446004],
    [0.00001, -4.264890793922825],
    [1e-10, -6.361340902404056],
    [1e-20, -9.262340089798408],
    [0.999999, 4.753424308817087],
  ])('of %d is %d', (probability, expected) => {
    expect(Math.abs(normalQuantile(probability) - expected)).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(expected)));
  });
});

describe('Rng', () => {
  it('gives recorded numbers, so that a change of the generator is noticed', () => {
    expect([...new Rng(0).uniform(2)]).toEqual([0x6627e8 / 2 ** 24, 0xe169c5 / 2 ** 24]);
    expect([...new Rng(7).fork('a').integers(1000, 4)]).toEqual(RECORDED.text);
    expect([...new Rng(7).fork(3).integers(1000, 4)]).toEqual(RECORDED.number);
    expect([...new Rng(7).permutation(6)]).toEqual(RECORDED.permutation);
  });

  it('is a value: the same call gives the same numbers, a fork others', () => {
    const rng = new Rng(1);
    expect(rng.uniform(10)).toEqual(rng.uniform(10));
    expect(rng.uniform(10).subarray(0, 5)).toEqual(rng.uniform(5));
    const firsts = new Set(['', 'a', 'b', 'ab', 'a\0', 0, 1, -1, 0.5, '0', '1', 'abcdefgh'].map((label) => rng.fork(label).uniform(1)[0]));
    expect(firsts.size).toBe(12);
    expect(rng.fork('a').fork('b').uniform(1)).not.toEqual(rng.fork('b').fork('a').uniform(1));
  });

  it('draws uniformly: moments, chi-squared, serial correlation', () => {
    const draws = new Rng(11).uniform(N);
    expect(Math.max(...draws.subarray(0, 5000))).toBeLessThan(1);
    expect(mean(draws)).toBeCloseTo(0.5, 2);
    const bins = new Float64Array(100);
    for (const draw of draws) bins[Math.floor(draw * 100)]! += 1;
    // 99 degrees of freedom: 99.99 % of samples lie below 161.
    expect(chiSquared(bins, N / 100)).toBeLessThan(161);
    let product = 0;
    for (let i = 1; i < N; i++) product += (draws[i]! - 0.5) * (draws[i - 1]! - 0.5);
    expect(Math.abs((12 * product) / N)).toBeLessThan(4 / Math.sqrt(N));
  });

  it('gives independent streams to neighboring forks', () => {
    const rng = new Rng(5);
    const bins = new Float64Array(100);
    for (let i = 0; i < 20_000; i++) {
      const [a, b] = [rng.fork(i).uniform(1)[0]!, rng.fork(i + 1).uniform(1)[0]!];
      bins[Math.floor(a * 10) * 10 + Math.floor(b * 10)]! += 1;
    }
    expect(chiSquared(bins, 200)).toBeLessThan(161);
  });

  it('draws normally: moments to the fourth', () => {
    const draws = new Rng(12).normal(N);
    expect(mean(draws)).toBeCloseTo(0, 1.5);
    expect(mean(draws.map((x) => x * x))).toBeCloseTo(1, 1.5);
    expect(mean(draws.map((x) => x ** 3))).toBeCloseTo(0, 1);
    expect(mean(draws.map((x) => x ** 4))).toBeCloseTo(3, 1);
  });

  it('draws integers without bias and permutations that are permutations, all alike', () => {
    const bins = new Float64Array(7);
    for (const draw of new Rng(3).integers(7, 70_000)) bins[draw]! += 1;
    expect(chiSquared(bins, 10_000)).toBeLessThan(28);
    expect([...new Rng(3).permutation(1000)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const orders = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = new Rng(4).fork(i).permutation(4).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    expect(chiSquared(Float64Array.from(orders.values()), 500)).toBeLessThan(58);
  });

  it('draws nothing where nothing is asked for, and refuses senseless bounds and seeds', () => {
    expect(new Rng(0).uniform(0)).toHaveLength(0);
    expect([...new Rng(0).integers(1, 3)]).toEqual([0, 0, 0]);
    expect(() => new Rng(0).integers(0, 1)).toThrow(/below/);
    for (const seed of [-1, 0.5, NaN, 2 ** 53]) expect(() => new Rng(seed)).toThrow(/\[rng\] expected a whole number/);
  });
});

const RECORDED = { text: [953, 247, 243, 169], number: [612, 535, 803, 662], permutation: [4, 1, 5, 2, 0, 3] };

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function chiSquared(bins: Float64Array, expected: number): number {
  return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
