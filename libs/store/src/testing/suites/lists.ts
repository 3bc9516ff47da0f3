import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Place, Store } from '../../index.ts';
import { exampleSpec, exampleWorker } from '../examples.ts';

/** What lists promise, on every driver. */
export function listSuite(get: () => Store): void {
  describe('listing runs', () => {
    it('pages without a skip or a double while runs arrive', async () => {
      let lists = 0;
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 6 }), async (limit, arrivals) => {
          const dataset = `list-${(lists += 1)}`;
          const add = () => get().createRun(exampleSpec({ dataset: { name: dataset } }));
          const there: string[] = [];
          for (let at = 0; at < 7; at += 1) there.unshift((await add()).id);
          const seen: string[] = [];
          for (let after: Place | undefined, at = 0; ; at += 1) {
            const page = await get().listRuns({ filter: { dataset }, limit, after });
            if (page.length === 0) break;
            seen.push(...page.map(({ run }) => run.id));
            after = { key: page.at(-1)!.key, number: page.at(-1)!.run.number };
            for (let more = arrivals[at] ?? 0; more > 0; more -= 1) await add();
          }
          expect(seen).toEqual(there);
        }),
        { numRuns: 8 },
      );
    });

    it('filters, counts, and goes backward', async () => {
      const store = get();
      const spec = (changes: Record<string, unknown>) => exampleSpec({ dataset: { name: 'filtered' }, ...changes });
      const plain = await store.createRun(spec({}));
      const free = await store.createRun(spec({ training: { epochs: 1, trainer: { kind: 'free', epsilon: 0.1 }, loss: { plugin: 'entropic' } } }));
      const only = await store.createRun(spec({ training: undefined, model: { architecture: 'other', fromRun: plain.id } }));
      await store.requestCancel(free.id);
      const ids = async (filter: object) => (await store.listRuns({ filter: { dataset: 'filtered', ...filter }, limit: 10 })).map(({ run }) => run.id);
      expect(await ids({})).toEqual([only.id, free.id, plain.id]);
      expect(await ids({ status: ['queued'] })).toEqual([only.id, plain.id]);
      expect(await ids({ status: [] })).toEqual([]);
      expect(await ids({ trainer: 'free' })).toEqual([free.id]);
      expect(await ids({ loss: 'entropic' })).toEqual([free.id]);
      expect(await ids({ architecture: 'other' })).toEqual([only.id]);
      expect(await ids({ fromRun: plain.id })).toEqual([only.id]);
      expect(await store.countRuns({ dataset: 'filtered', status: ['queued', 'cancelled'] })).toBe(3);
      const back = await store.listRuns({ filter: { dataset: 'filtered' }, limit: 1, before: { key: plain.number, number: plain.number }, fromEnd: true });
      expect(back.map(({ run }) => run.id)).toEqual([free.id]);
    });
  });

  describe('listing workers', () => {
    it('knows each once, by what it said last, and forgets the silent', async () => {
      const store = get();
      const worker = exampleWorker({ name: 'first' });
      await store.registerWorker(worker);
      await store.registerWorker({ ...worker, name: 'second \u0000', slots: 4, catalogue: { ...worker.catalogue, datasets: [] } });
      const [found, ...more] = (await store.listWorkers()).filter(({ id }) => id === worker.id);
      expect(more).toEqual([]);
      expect(found).toMatchObject({ name: 'second \ufffd', slots: 4, running: 0 });
      expect((await store.listCatalogues())[0]!.datasets).toEqual([]);
      expect(found!.load).toBeNull();
      await store.reportLoad(worker.id, { utilization: 0.5, memoryUsedMiB: 10 });
      await store.registerWorker(worker);
      expect((await store.listWorkers()).find(({ id }) => id === worker.id)).toMatchObject({ name: 'first', load: { utilization: 0.5, memoryUsedMiB: 10 } });
      await expect(store.reportLoad('nobody', {})).rejects.toMatchObject({ code: 'UNKNOWN_WORKER' });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await store.forgetWorkers(0.001)).toContain(worker.id);
      expect((await store.listWorkers()).some(({ id }) => id === worker.id)).toBe(false);
    });
  });
}
