import { expect, it } from 'vitest';
import { perSecond } from './format.ts';

it.each([[0, '0'], [0.831, '0.83'], [9.96, '10'], [12.4, '12'], [1234.5, '1,235']])('writes a rate of %d as %s', (value, text) => {
  expect(perSecond(value)).toBe(text);
});
