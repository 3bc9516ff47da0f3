import { describe, expect, it } from 'vitest';
import type { Store } from '../../index.ts';
import { codeOf } from '../code-of.ts';
import { exampleSpec, exampleWorker } from '../examples.ts';
import { finished, heldRun, history, log, runOut, workerFor } from './held-run.ts';

/** What leases promise, on every driver. The store has short leases and at most three attempts. */
export function leaseSuite(get: () => Store): void {
  describe('claiming', () => {
    it('gives each run to one of many claims, and no worker more than its slots', async () => {
      const store = get();
      const workers = [1, 2, 3].map((slots) => workerFor('contested', { slots }));
      for (const worker of workers) await store.registerWorker(worker);
      const runs = await Promise.all(Array.from({ length: 5 }, () => store.createRun(exampleSpec({ dataset: { name: 'contested' } }))));
      const claims = await Promise.all(workers.flatMap(({ id }) => Array.from({ length: 4 }, () => store.claim(id))));
      const got = claims.flatMap((claim) => (claim === undefined ? [] : [claim]));
      expect(got.map(({ run }) => run.id).sort()).toEqual(runs.map(({ id }) => id).sort());
      for (const { id, slots } of workers) expect(got.filter(({ run }) => run.workerId === id).length).toBeLessThanOrEqual(slots);
    });

    it('gives the oldest run that needs nothing but what the worker offers', async () => {
      const store = get();
      const worker = workerFor('mine');
      await store.registerWorker(worker);
      await store.createRun(exampleSpec({ dataset: { name: 'theirs' } }));
      await store.createRun(exampleSpec({ dataset: { name: 'mine' }, evaluation: { attacks: [{ plugin: 'unknown', epsilon: 0.1 }] } }));
      expect(await store.claim(worker.id)).toBeUndefined();
      const first = await store.createRun(exampleSpec({ dataset: { name: 'mine' } }));
      await store.createRun(exampleSpec({ dataset: { name: 'mine' } }));
      expect((await store.claim(worker.id))!.run.id).toBe(first.id);
    });

    it('waits for a run to come or a slot to be free, and ends at once when aborted', async () => {
      const store = get();
      const worker = workerFor('awaited');
      await store.registerWorker(worker);
      const waiting = store.claim(worker.id, { waitSeconds: 60 });
      const first = await store.createRun(exampleSpec({ dataset: { name: 'awaited' } }));
      const claim = (await waiting)!;
      expect(claim.run.id).toBe(first.id);
      const second = await store.createRun(exampleSpec({ dataset: { name: 'awaited' } }));
      const next = store.claim(worker.id, { waitSeconds: 60 });
      await store.finishRun({ ...claim.lease, ...finished(2) });
      expect((await next)!.run.id).toBe(second.id);
      const leaving = new AbortController();
      const idle = store.claim(worker.id, { waitSeconds: 60, signal: leaving.signal });
      leaving.abort();
      expect(await idle).toBeUndefined();
      expect(await codeOf(store.claim(exampleWorker().id))).toBe('UNKNOWN_WORKER workerId');
    });
  });

  describe('a lease that runs out', () => {
    it('lets the run wait again, with the next number and a new attempt', async () => {
      const store = get();
      const claim = await heldRun(store);
      await store.appendEvents({ ...claim.lease, events: [log(2)] });
      await runOut(store, claim);
      expect(await store.renewLease(claim.lease)).toBe('lost');
      expect(await codeOf(store.appendEvents({ ...claim.lease, events: [log(3)] }))).toBe('LEASE_LOST attempt');
      const again = (await store.claim(claim.run.workerId!))!;
      expect(again).toMatchObject({ run: { id: claim.run.id }, lease: { attempt: 2, leaseSeconds: 0.05 }, nextSeq: 4 });
      expect(await codeOf(store.appendEvents({ ...claim.lease, events: [log(4)] }))).toBe('LEASE_LOST attempt');
      await store.finishRun({ ...again.lease, ...finished(4) });
      expect((await history(store, claim.run.id)).map(({ attempt, body }) => `${attempt} ${body.type}`)).toEqual(['0 queued', '1 log', '1 requeued', '2 finished']);
    });

    it('ends the run as failed after the last attempt, and as cancelled where that was asked for', async () => {
      const store = get();
      const last = await heldRun(store, 3);
      await runOut(store, last);
      expect(await store.findRun(last.run.id)).toMatchObject({ status: 'failed', error: { code: 'RUNNER_DIED' } });
      const unwanted = await heldRun(store);
      await store.requestCancel(unwanted.run.id);
      await runOut(store, unwanted);
      expect((await history(store, unwanted.run.id)).at(-1)!.body).toEqual({ type: 'finished', status: 'cancelled' });
    });

    it('lives on when it is renewed before anybody noticed', async () => {
      const store = get();
      const { lease } = await heldRun(store);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await store.renewLease(lease)).toBe('held');
      expect(await codeOf(store.renewLease({ runId: 'nobody', attempt: 1 }))).toBe('UNKNOWN_RUN runId');
    });
  });

  describe('asking for an end', () => {
    it('ends a waiting run at once, with its last event', async () => {
      const store = get();
      const { id } = await store.createRun(exampleSpec({ dataset: { name: 'nobody-has-it' } }));
      expect((await store.requestCancel(id)).status).toBe('cancelled');
      expect((await store.requestCancel(id)).lastSeq).toBe(2);
      expect((await history(store, id)).map(({ body }) => body)).toEqual([{ type: 'queued' }, { type: 'finished', status: 'cancelled' }]);
    });

    it('tells the worker of a running one, by every way it listens', async () => {
      const store = get();
      const { run, lease } = await heldRun(store);
      const states = store.followLease(lease);
      expect((await states.next()).value).toBe('held');
      const told = states.next();
      expect(await store.requestCancel(run.id)).toMatchObject({ status: 'running', cancelRequested: true });
      expect((await told).value).toBe('cancelRequested');
      expect(await store.renewLease(lease)).toBe('cancelRequested');
      expect((await store.appendEvents({ ...lease, events: [log(2)] })).lease).toBe('cancelRequested');
      await store.finishRun({ ...lease, ...finished(3, 'cancelled') });
      expect((await states.next()).value).toBe('lost');
      expect((await states.next()).done).toBe(true);
    });

    it('refuses a run that ended otherwise, or never was', async () => {
      const store = get();
      const { run, lease } = await heldRun(store);
      await store.finishRun({ ...lease, ...finished(2) });
      expect(await codeOf(store.requestCancel(run.id))).toBe('RUN_ENDED runId');
      expect(await codeOf(store.requestCancel('nobody'))).toBe('UNKNOWN_RUN runId');
    });
  });
}
