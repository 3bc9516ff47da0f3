import type { RunEvent } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import { Recent } from './recent.ts';

function event(seq: number, type: 'log' | 'finished' = 'log'): RunEvent {
  const body = type === 'log' ? { type, level: 'info' as const, message: `event ${seq}` } : { type, status: 'succeeded' as const };
  return { runId: 'one', seq, attempt: 1, time: '2026-01-02T03:04:05.678Z', body };
}

/** A run that lies in memory and counts how often it is read. */
function opened(events: RunEvent[]) {
  let reads = 0;
  const recent = new Recent(async (_runId, after) => {
    reads += 1;
    const behind = events.slice(after);
    return Promise.resolve({ events: behind, bytes: 100 * behind.length, whole: true, ended: events.at(-1)?.body.type === 'finished' });
  });
  return { recent, reads: () => reads };
}

const seqs = ({ events }: { readonly events: readonly RunEvent[] }) => events.map(({ seq }) => seq);

describe('what readers of a run share', () => {
  it('is one query a wake, and one object an event, however many they are and whenever they look', async () => {
    const rows = [event(1), event(2)];
    const { recent, reads } = opened(rows);
    const readers = Array.from({ length: 50 }, () => recent.enter('one'));
    const together = await Promise.all(readers.map((reader) => reader.read(0, 1)));
    expect(reads()).toBe(1);
    rows.push(event(3));
    const woken = await readers[0]!.read(2, 2);
    const later = await readers[1]!.read(2, 2);
    const early = await readers[2]!.read(1, 2);
    expect(reads()).toBe(2);
    expect([seqs(together[49]!), seqs(woken), seqs(early)]).toEqual([[1, 2], [3], [2, 3]]);
    expect(later.events[0]).toBe(woken.events[0]);
    expect(seqs(await readers[3]!.read(3, 2))).toEqual([]);
    expect(reads()).toBe(2);
  });

  it('never hides a row from who has heard of it', async () => {
    const rows = [event(1)];
    const { recent, reads } = opened(rows);
    const [one, other] = [recent.enter('one'), recent.enter('one')];
    await one.read(0, 1);
    rows.push(event(2));
    expect(seqs(await other.read(0, 2))).toEqual([1]);
    expect((await other.read(0, 2)).asOf).toBe(1);
    expect(seqs(await other.read(1, 2))).toEqual([2]);
    expect(reads()).toBe(2);
  });

  it('is not upset by a cursor that lies in the future', async () => {
    const rows = [event(1)];
    const { recent, reads } = opened(rows);
    const [one, ahead] = [recent.enter('one'), recent.enter('one')];
    expect(seqs(await ahead.read(99, 1))).toEqual([]);
    expect(seqs(await one.read(0, 1))).toEqual([1]);
    rows.push(event(2));
    expect(seqs(await ahead.read(99, 2))).toEqual([]);
    expect(seqs(await one.read(1, 2))).toEqual([2]);
    const before = reads();
    expect(seqs(await one.read(0, 2))).toEqual([1, 2]);
    expect(reads()).toBe(before);
  });

  it('is read anew at the end, because a run may go on, and forgotten with the last reader', async () => {
    const rows = [event(1), event(2, 'finished')];
    const { recent, reads } = opened(rows);
    const [one, other] = [recent.enter('one'), recent.enter('one')];
    expect((await one.read(0, 1)).ended).toBe(true);
    expect((await other.read(2, 1)).ended).toBe(true);
    expect(reads()).toBe(2);
    one[Symbol.dispose]();
    other[Symbol.dispose]();
    await recent.enter('one').read(0, 1);
    expect(reads()).toBe(3);
  });
});
