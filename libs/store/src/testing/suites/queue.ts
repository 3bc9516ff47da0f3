import type { Hardware } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../index.ts';
import { exampleSpec } from '../examples.ts';
import { failed, heldRun, log, workerFor } from './held-run.ts';

/** What the line of a pool promises, on every driver. */
export function queueSuite(get: () => Store): void {
  describe('the line of a pool', () => {
    it('goes by priority, then first come, and only to workers of the pool', async () => {
      const store = get();
      const here = workerFor('lined', { slots: 9 });
      const there = workerFor('lined', { pools: ['gpu', 'other'] });
      for (const worker of [here, there]) await store.registerWorker(worker);
      const add = async (name: string, changes: object) => void (await store.createRun(exampleSpec({ name, dataset: { name: 'lined' }, ...changes })));
      await add('low', { priority: -1 });
      await add('first', {});
      await add('second', {});
      await add('urgent', { priority: 5 });
      await add('elsewhere', { pool: 'gpu', priority: 100 });
      const taken: (string | null)[] = [];
      for (let claim = await store.claim(here.id); claim !== undefined; claim = await store.claim(here.id)) taken.push(claim.run.name);
      expect(taken).toEqual(['urgent', 'first', 'second', 'low']);
      expect((await store.claim(there.id))!.run.name).toBe('elsewhere');
    });

    it('is passed by runs whose time has not come, which wake a waiting worker when it comes', async () => {
      const store = get();
      const first = await heldRun(store);
      await store.finishRun({ ...first.lease, ...failed(2, 'RUNNER_DIED') });
      const other = await store.createRun(first.run.spec);
      expect((await store.claim(first.run.workerId!))!.run.id).toBe(other.id);
      await store.registerWorker({ ...workerFor(first.run.dataset, { slots: 2 }), id: first.run.workerId! });
      // Without the wake it would come up empty-handed after a minute, beyond the patience of the test.
      expect((await store.claim(first.run.workerId!, { waitSeconds: 60 }))!.run.id).toBe(first.run.id);
    });

    it('is passed by runs that require another device or more memory than the worker has, and says so', async () => {
      const store = get();
      const pool = `required-${Date.now()}`;
      const workerOf = (hardware: Hardware | undefined) => workerFor('required', { pools: [pool], hardware, slots: 9 });
      const add = async (name: string, requires?: object) => store.createRun(exampleSpec({ name, pool, dataset: { name: 'required' }, requires }));
      const [unknown, processor, card] = [workerOf(undefined), workerOf({ device: 'cpu', memoryMiB: 130_000 }), workerOf({ device: 'gpu', memoryMiB: 81_559 })];
      const runs = [await add('large', { device: 'gpu', memoryGiB: 80 }), await add('larger', { memoryGiB: 81 }), await add('anywhere'), await add('processor', { device: 'cpu' })];
      const taken = async ({ id }: { readonly id: string }) => (await store.claim(id))?.run.name;
      await store.registerWorker(unknown);
      expect((await store.whyWaiting([runs[0]!.id])).get(runs[0]!.id)).toMatchObject({ reason: 'noneOffers', missing: ['device:gpu', 'memory:80GiB'], message: expect.stringMatching(/device gpu, memory 80GiB/) as string });
      expect([await taken(unknown), await taken(unknown)]).toEqual(['anywhere', undefined]);
      await store.registerWorker(card);
      expect([await taken(card), await taken(card)]).toEqual(['large', undefined]);
      await store.registerWorker(processor);
      expect([await taken(processor), await taken(processor), await taken(processor)]).toEqual(['larger', 'processor', undefined]);
    });

    it('says why each run waits, and for how long', async () => {
      const store = get();
      const pool = `pool-${Date.now()}`;
      const spec = (changes: object) => exampleSpec({ dataset: { name: 'waiting' }, pool, ...changes });
      const waiting = async (id: string) => (await store.whyWaiting([id])).get(id);
      const running = await store.createRun(spec({}));
      expect(await waiting(running.id)).toMatchObject({ reason: 'noWorker' });
      const worker = workerFor('waiting', { pools: [pool] });
      await store.registerWorker(worker);
      expect(await waiting(running.id)).toMatchObject({ reason: 'inLine', position: 1, expectedSeconds: 0 });
      await store.leaveLab(worker.id);
      expect(await waiting(running.id)).toMatchObject({ reason: 'noWorker' });
      await store.registerWorker(worker);
      const lease = (await store.claim(worker.id))!.lease;
      const first = await store.createRun(spec({}));
      const urgent = await store.createRun(spec({ priority: 1 }));
      const strange = await store.createRun(spec({ evaluation: { attacks: [{ plugin: 'unknown', epsilon: 0.1 }] } }));
      const body = { type: 'progress', phase: 'train', label: 'epoch 1', done: 1, total: 2, unit: 'steps', rate: 1, remainingSeconds: 12 } as const;
      await store.appendEvents({ ...lease, events: [{ ...log(2), body }] });
      const told = await store.whyWaiting([running, first, urgent, strange].map(({ id }) => id));
      expect(told.has(running.id)).toBe(false);
      expect(told.get(urgent.id)).toMatchObject({ reason: 'inLine', position: 1, expectedSeconds: 12 });
      expect(told.get(first.id)).toMatchObject({ reason: 'inLine', position: 2, expectedSeconds: null });
      expect(told.get(strange.id)).toMatchObject({ reason: 'noneOffers', missing: ['attack:unknown'] });
      await store.finishRun({ ...lease, ...failed(3, 'RUNNER_DIED') });
      expect(await waiting(running.id)).toMatchObject({ reason: 'retryLater', position: null, retryAt: expect.any(Date) as Date });
    });
  });
}
