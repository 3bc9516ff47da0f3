import { randomInt } from 'node:crypto';

/** No vowels and nothing that looks like another sign: ids are read aloud and typed. */
const signs = '23456789bcdfghjkmnpqrstvwxz';

/** A new run id: 12 signs, 57 bits. */
export function newRunId(): string {
  return Array.from({ length: 12 }, () => signs[randomInt(signs.length)]).join('');
}
