import type { RunEvent } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import { Wakes } from '../wakes.ts';
import { Reader } from './reader.ts';
import { Recent } from './recent.ts';

const event = (seq: number): RunEvent => ({ runId: 'one', seq, attempt: 1, time: '2026-01-02T03:04:05.678Z', body: { type: 'log', level: 'info', message: `event ${seq}` } });

/** A run that lies in memory, the wakes of its readers, and how many of those it has. */
function opened({ broken = false } = {}) {
  const wakes = new Wakes();
  const rows: RunEvent[] = [];
  let [readers, ended] = [0, false];
  const recent = new Recent((_runId, after) =>
    broken ? Promise.reject(new Error('away')) : Promise.resolve({ events: rows.slice(after), bytes: 0, whole: true, ended }),
  );
  const enter = () => {
    readers += 1;
    const run = recent.enter('one');
    return { waiter: wakes.waitFor('events:one'), run: { read: run.read, [Symbol.dispose]: () => ((readers -= 1), run[Symbol.dispose]()) } };
  };
  return {
    wakes,
    readers: () => readers,
    read: (signal?: AbortSignal) => new Reader(enter, { after: 0, signal }),
    tell(seq: number) {
      rows.push(event(seq));
      wakes.heard('events:one');
    },
    end() {
      ended = true;
      wakes.heard('events:one');
    },
  };
}

const seqOf = ({ value }: IteratorResult<RunEvent, void>) => (value === undefined ? undefined : value.seq);

describe('a reader of a run', () => {
  it('answers each of several questions asked at once with an event of its own, in order', async () => {
    const { read, tell, end } = opened();
    const reader = read();
    const asked = [reader.next(), reader.next(), reader.next(), reader.next()];
    for (const seq of [1, 2, 3]) {
      await new Promise((resolve) => setImmediate(resolve));
      tell(seq);
    }
    await Promise.all(asked.slice(0, 3));
    end();
    expect((await Promise.all(asked)).map(seqOf)).toEqual([1, 2, 3, undefined]);
  });

  it.each([
    ['it returns', (reader: Reader) => reader.return()],
    ['its signal is aborted', (_reader: Reader, leaving: AbortController) => leaving.abort()],
    ['the store closes', (_reader: Reader, _leaving: AbortController, wakes: Wakes) => wakes.close()],
  ])('ends while it waits when %s, and holds nothing any more', async (_name, leave) => {
    const { read, readers, tell, wakes } = opened();
    const leaving = new AbortController();
    const reader = read(leaving.signal);
    tell(1);
    expect(seqOf(await reader.next())).toBe(1);
    const waiting = reader.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(readers()).toBe(1);
    await leave(reader, leaving, wakes);
    expect([(await waiting).done, (await reader.next()).done, readers()]).toEqual([true, true, 0]);
  });

  it('holds nothing before it is asked, nor where it was aborted before', async () => {
    const { read, readers } = opened();
    read();
    expect((await read(AbortSignal.abort()).next()).done).toBe(true);
    expect(readers()).toBe(0);
  });

  it('tells of a failure once, and ends', async () => {
    const { read, readers } = opened({ broken: true });
    const reader = read();
    await expect(reader.next()).rejects.toThrow('away');
    expect([(await reader.next()).done, readers()]).toEqual([true, 0]);
  });
});
