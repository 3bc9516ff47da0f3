import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../index.ts';
import { codeOf } from '../code-of.ts';
import { finished, heldRun, log } from './held-run.ts';

/** What readers may rely on, on every driver. `readers` may read through another server on the same database. */
export function tailSuite(get: () => Store, readers: () => Store = get): void {
  describe('reading while others write', () => {
    it('loses and doubles no event, however reports, repeats, readers and reconnections fall together', async () => {
      const batch = fc.record({ size: fc.integer({ min: 1, max: 4 }), again: fc.integer({ min: 0, max: 3 }), pause: fc.integer({ min: 0, max: 3 }) });
      const reader = fc.record({ after: fc.integer({ min: 0, max: 3 }), stays: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }), pause: fc.integer({ min: 0, max: 3 }) });
      const plan = fc.record({ batches: fc.array(batch, { minLength: 1, maxLength: 6 }), readers: fc.array(reader, { minLength: 1, maxLength: 4 }) });
      await fc.assert(
        fc.asyncProperty(plan, async (chosen) => {
          const { run, lease } = await heldRun(get());
          const total = 2 + chosen.batches.reduce((sum, { size }) => sum + size, 0);
          const reading = chosen.readers.map((one) => readAll(readers(), run.id, one));
          let next = 2;
          for (const { size, again, pause } of chosen.batches) {
            const from = Math.max(2, next - again);
            const events = Array.from({ length: next + size - from }, (_, at) => log(from + at));
            await get().appendEvents({ ...lease, events });
            next += size;
            await ticks(pause);
          }
          await get().finishRun({ ...lease, ...finished(total) });
          for (const [at, seen] of (await Promise.all(reading)).entries()) {
            const { after } = chosen.readers[at]!;
            expect(seen).toEqual(Array.from({ length: Math.max(0, total - after) }, (_, i) => after + 1 + i));
          }
        }),
        { numRuns: 25 },
      );
    });

    it('lets a reader leave while it waits, and forgets it', async () => {
      const store = readers();
      const { run } = await heldRun(get());
      const events = store.tail(run.id);
      expect((await events.next()).value).toMatchObject({ seq: 1 });
      const waiting = events.next();
      expect((await events.return(undefined)).done).toBe(true);
      expect((await waiting).done).toBe(true);
      const leaving = new AbortController();
      const quiet = store.tail(run.id, { after: 1, signal: leaving.signal }).next();
      leaving.abort();
      expect((await quiet).done).toBe(true);
    });

    it('ends at once behind the last event, and refuses what is no run or no cursor', async () => {
      const { run, lease } = await heldRun(get());
      await get().finishRun({ ...lease, ...finished(2) });
      expect((await readers().tail(run.id, { after: 2 }).next()).done).toBe(true);
      expect((await readers().tail(run.id, { after: 99 }).next()).done).toBe(true);
      expect(await codeOf(readers().tail('nobody').next())).toBe('UNKNOWN_RUN runId');
      for (const after of [-1, 0.5, Number.NaN]) expect(await codeOf(readers().tail(run.id, { after }).next())).toBe('INVALID_INPUT after');
    });
  });
}

interface Reader {
  readonly after: number;
  /** Events read in each connection before it is dropped; the last connection stays. */
  readonly stays: readonly number[];
  readonly pause: number;
}

async function readAll(store: Store, runId: string, { after, stays, pause }: Reader): Promise<number[]> {
  const seen: number[] = [];
  for (const stay of [...stays, Number.POSITIVE_INFINITY]) {
    let read = 0;
    for await (const { seq } of store.tail(runId, { after: seen.at(-1) ?? after })) {
      seen.push(seq);
      await ticks(pause);
      read += 1;
      if (read >= stay) break;
    }
  }
  return seen;
}

async function ticks(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await new Promise((resolve) => setImmediate(resolve));
}
