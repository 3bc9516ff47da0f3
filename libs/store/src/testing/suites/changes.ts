import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../index.ts';
import { codeOf } from '../code-of.ts';
import { exampleSpec } from '../examples.ts';
import { finished, heldRun, log, workerFor } from './held-run.ts';
import { nextChange } from './next-change.ts';

/** What readers of lists may rely on, on every driver. `readers` may read through another server on the same database. */
export function changeSuite(get: () => Store, readers: () => Store = get): void {
  describe('following the runs', () => {
    it('tells the last state of every run, however its writers fall together', async () => {
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }), async (lengths) => {
          const dataset = `changes-${(round += 1)}-${Math.random()}`;
          const changes = readers().followRuns({ filter: { dataset }, after: '0' });
          const worker = workerFor(dataset, { slots: 9 });
          await get().registerWorker(worker);
          const last = new Map<string, number>();
          const write = async (events: number) => {
            await get().createRun(exampleSpec({ dataset: { name: dataset } }));
            const { run, lease } = (await get().claim(worker.id, { waitSeconds: 30 }))!;
            for (let seq = 2; seq < 2 + events; seq += 1) await get().appendEvents({ ...lease, events: [log(seq)] });
            await get().finishRun({ ...lease, ...finished(2 + events) });
            last.set(run.id, 2 + events);
          };
          const seen = new Map<string, number>();
          const reading = (async () => {
            for await (const { run } of changes) {
              if (run === undefined) continue;
              seen.set(run.id, run.lastSeq);
              if (seen.size === lengths.length && [...seen.values()].sort().join() === lengths.map((events) => 2 + events).sort().join()) return;
            }
          })();
          await Promise.all(lengths.map(write));
          await reading;
          expect(seen).toEqual(last);
        }),
        { numRuns: 6 },
      );
    });

    it('says whether a run passes the filter, and goes on from a cursor without a miss', async () => {
      const store = readers();
      const { run, lease } = await heldRun(get());
      const options = { filter: { dataset: run.dataset, status: ['running' as const] }, after: '0' };
      const changes = store.followRuns(options);
      const told = await nextChange(changes, run.id);
      expect(told).toMatchObject({ run: { id: run.id, status: 'running' }, matches: true });
      await changes.return();
      await get().finishRun({ ...lease, ...finished(2) });
      const later = store.followRuns({ ...options, after: told.cursor });
      expect(await nextChange(later, run.id)).toMatchObject({ run: { id: run.id, status: 'succeeded' }, matches: false });
      const waiting = later.next();
      expect((await later.return()).done).toBe(true);
      expect((await waiting).done).toBe(true);
      expect(await codeOf(store.followRuns({ after: 'x' }).next())).toBe('INVALID_INPUT after');
    });
  });

  it('has a cursor for lists, behind which no change is missed', async () => {
    const { run, lease } = await heldRun(get());
    const after = await readers().changesCursor();
    await get().finishRun({ ...lease, ...finished(2) });
    const changes = readers().followRuns({ filter: { dataset: run.dataset }, after });
    expect(await nextChange(changes, run.id)).toMatchObject({ run: { status: 'succeeded' } });
    await changes.return();
  });

  describe('following the workers', () => {
    it('tells what each holds, when that changes', async () => {
      const store = readers();
      const dataset = `followed-${Math.random()}`;
      const worker = workerFor(dataset);
      const lists = store.followWorkers();
      const running = async (expected: number | undefined) => {
        for (;;) {
          const workers = (await lists.next()).value!;
          if (workers.find(({ id }) => id === worker.id)?.running === expected) return;
        }
      };
      await running(undefined);
      await get().registerWorker(worker);
      await running(0);
      await get().createRun(exampleSpec({ dataset: { name: dataset } }));
      const { lease } = (await get().claim(worker.id))!;
      await running(1);
      await get().finishRun({ ...lease, ...finished(2) });
      await running(0);
      await lists.return();
    });
  });
}
