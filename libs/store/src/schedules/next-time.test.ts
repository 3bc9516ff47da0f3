import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing/code-of.ts';
import { nextTime } from './next-time.ts';

const next = (cron: string, timeZone: string, after: string) => nextTime({ cron, timeZone }, new Date(after))?.toISOString();

describe('when a schedule is due', () => {
  it.each([
    ['0 3 * * *', 'UTC', '2026-02-28T12:00:00Z', '2026-03-01T03:00:00.000Z'],
    ['0 3 * * *', 'UTC', '2026-02-28T03:00:00Z', '2026-03-01T03:00:00.000Z'],
    // The night in which Berlin's clocks go from two to three.
    ['0 3 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['0 3 * * *', 'Europe/Berlin', '2026-03-27T12:00:00Z', '2026-03-28T02:00:00.000Z'],
    ['30 9 * * 1-5', 'America/New_York', '2026-07-03T14:00:00Z', '2026-07-06T13:30:00.000Z'],
    ['*/20 * * * * *', 'UTC', '2026-01-01T00:00:19.500Z', '2026-01-01T00:00:20.000Z'],
    ['0 0 30 2 *', 'UTC', '2026-01-01T00:00:00Z', undefined],
  ])('%s in %s after %s is %s', (cron, timeZone, after, expected) => {
    expect(next(cron, timeZone, after)).toBe(expected);
  });

  it.each([['61 * * * *', 'UTC', 'cron'], ['every day', 'UTC', 'cron'], ['', 'UTC', 'cron'], ['0 3 * * *', 'Mars/Olympus', 'timeZone']])('%j in %s is refused for its %s', async (cron, timeZone, path) => {
    expect(await codeOf(Promise.resolve().then(() => next(cron, timeZone, '2026-01-01T00:00:00Z')))).toBe(`INVALID_INPUT ${path}`);
  });
});
