import { describe, expect, it } from 'vitest';
import { brief, isErrorCode, LabError, LabErrorSchema } from './index.ts';

describe('LabError', () => {
  it('crosses a process as code, message and path', () => {
    const error = new LabError('UNKNOWN_RUN', '[run] expected the id of a run, got "x". List runs with `entropic runs`.', { path: 'runId' });
    const crossed = LabErrorSchema.parse(JSON.parse(JSON.stringify(error)));
    expect(crossed).toEqual({ code: 'UNKNOWN_RUN', message: error.message, path: 'runId' });
  });

  it('keeps a LabError and wraps anything else with its cause', () => {
    const own = new LabError('CANCELLED', 'stop');
    expect(LabError.from(own, 'PLUGIN_FAILED')).toBe(own);
    const thrown = new TypeError('boom');
    const wrapped = LabError.from(thrown, 'PLUGIN_FAILED');
    expect(wrapped).toMatchObject({ code: 'PLUGIN_FAILED', message: 'boom', cause: thrown });
    expect(LabError.from('text').message).toBe('text');
  });

  it('knows its codes and nothing that an object inherits', () => {
    expect(isErrorCode('LEASE_LOST')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
  });
});

describe('brief', () => {
  it.each([
    [Number.NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [12n, '12'],
    [undefined, 'undefined'],
    ['x'.repeat(100), `"${'x'.repeat(56)}...`],
  ])('shows %s as %s', (value, text) => {
    expect(brief(value)).toBe(text);
  });
});
