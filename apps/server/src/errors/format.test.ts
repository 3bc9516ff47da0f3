import { LabError } from '@entropic-lab/protocol';
import { GraphQLError } from 'graphql';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { errorFormatter } from './format.ts';

function formatter() {
  const lines: string[] = [];
  const sink = new Writable({ write: (line: Buffer, _encoding, done) => (lines.push(line.toString()), done()) });
  return { format: errorFormatter(pino(sink)), lines };
}

const thrownBy = (originalError: Error) => new GraphQLError(originalError.message, { originalError, path: ['run'] });

describe('an error on its way out', () => {
  it('keeps code and path of what was thrown on purpose', () => {
    const { format, lines } = formatter();
    const error = new LabError('UNKNOWN_RUN', 'no such run', { path: 'runId', cause: new Error('secret') });
    expect(format(thrownBy(error))).toEqual({ message: 'no such run', path: ['run'], extensions: { code: 'UNKNOWN_RUN', path: 'runId' } });
    expect(format(error)).toEqual({ message: 'no such run', extensions: { code: 'UNKNOWN_RUN', path: 'runId' } });
    expect(lines).toEqual([]);
  });

  it('says nothing of a defect but the id under which the log has it', () => {
    const { format, lines } = formatter();
    const told = format(thrownBy(new Error('password is hunter2')));
    expect(told.extensions).toEqual({ code: 'INTERNAL' });
    expect(JSON.stringify(told)).not.toMatch(/hunter2|stack|\.ts/);
    const { errorId, err } = JSON.parse(lines[0]!) as { errorId: string; err: { message: string } };
    expect(told.message).toContain(errorId);
    expect(err.message).toBe('password is hunter2');
  });

  it('takes even what is no error', () => {
    const { format } = formatter();
    for (const thrown of [undefined, null, 'text', 7]) expect(format(thrown).extensions).toEqual({ code: 'INTERNAL' });
  });
});
