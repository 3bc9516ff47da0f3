import { expect, it } from 'vitest';
import { z } from 'zod';
import { parse } from './index.ts';

it('tells the first fault with its path, some of the others, and how many more there are', () => {
  const schema = z.array(z.number());
  const message = (count: number): string => {
    try {
      parse(schema, Array.from({ length: count }, () => 'x'), 'who');
    } catch (thrown) {
      return (thrown as Error).message;
    }
    return 'nothing';
  };
  expect(message(1)).toBe('[who] expected number, got "x" (0).');
  expect(message(2)).toBe('[who] expected number, got "x" (0). Also: expected number, got "x" (1).');
  expect(message(6)).not.toContain('more');
  expect(message(90)).toMatch(/^\[who\] expected number, got "x" \(0\)\. Also: .*\(5\); and 84 more\.$/);
});
