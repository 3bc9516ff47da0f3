import { LabError } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import { inWords } from './away.ts';

const withCode = (code: string, message = 'secret host'): Error => Object.assign(new Error(message), { code });

describe('what a database throws', () => {
  it.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['a query on a server that shuts down', new Error('Failed query: select 1', { cause: withCode('57P01', 'terminating connection') })],
    ['a connection that broke under a query', new Error('Failed query', { cause: new Error('Connection terminated unexpectedly') })],
    ['each of several addresses refused', new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNREFUSED')])],
  ])('is NOT_READY for %s, without telling where the database is', (_name, thrown) => {
    const error = inWords(thrown);
    expect(error).toMatchObject({ code: 'NOT_READY', cause: thrown });
    expect((error as LabError).message).not.toContain('secret');
  });

  it('is DISK_FULL where PostgreSQL says so', () => {
    expect(inWords(new Error('Failed query', { cause: withCode('53100', 'could not extend file') }))).toMatchObject({ code: 'DISK_FULL' });
  });

  it('stays what it is for everything else', () => {
    for (const thrown of [withCode('23505', 'duplicate key'), new LabError('UNKNOWN_RUN', 'no'), new TypeError('x'), 'text', undefined]) expect(inWords(thrown)).toBe(thrown);
  });
});
