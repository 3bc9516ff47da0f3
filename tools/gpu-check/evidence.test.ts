import { describe, expect, it } from 'vitest';
import { compare, type Evidence } from './evidence.ts';

const numbers = (...group: number[]): Evidence => ({ check: 'c', kind: 'numbers', groups: { small: [1e-9], group } });
const words = (...list: string[]): Evidence => ({ check: 'c', kind: 'words', words: list });
const pixels = (list: number[]): Evidence => ({ check: 'c', kind: 'pixels', pixels: list });

describe('what a card computed beside what was recorded', () => {
  it.each([
    [numbers(1, 200), numbers(1.01, 200), true],
    [numbers(1, 200), numbers(1.03, 200), false],
    [numbers(1, NaN), numbers(1, 200), false],
    [numbers(1), numbers(1, 200), false],
    [numbers(0, 0), numbers(0, 0), true],
    [pixels(Array(1000).fill(0.5) as number[]), pixels([0.6, ...(Array(999).fill(0.5) as number[])]), true],
    [pixels(Array(1000).fill(0.5) as number[]), pixels([0.6, 0.6, ...(Array(998).fill(0.5) as number[])]), false],
    [words('found', 'notFound'), words('found', 'notFound'), true],
    [words('found', 'found'), words('found', 'notFound'), false],
  ])('case %#', (given, recorded, good) => {
    expect(compare(given, recorded).good).toBe(good);
  });

  it('is not compared with that of another check', () => {
    expect(() => compare(words('a'), numbers(1))).toThrow('Pack again');
  });
});
