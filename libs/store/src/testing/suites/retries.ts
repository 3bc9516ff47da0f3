import { errorCodes } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import type { Claim, Store } from '../../index.ts';
import { mendable } from '../../leases/fate.ts';
import { codeOf } from '../code-of.ts';
import { failed, finished, heldRun, history, log } from './held-run.ts';

/** What further attempts promise, on every driver. The store waits 1 s before the second of at most three. */
export function retrySuite(get: () => Store): void {
  const again = async ({ run }: Claim): Promise<Claim> => (await get().claim(run.workerId!, { waitSeconds: 30 }))!;

  describe('a run whose computation died', () => {
    it('waits longer before each further attempt, and is given up after the last', async () => {
      const store = get();
      const first = await heldRun(store);
      const queued = await store.finishRun({ ...first.lease, ...failed(2, 'RUNNER_DIED') });
      expect(queued).toMatchObject({ status: 'queued', error: null, workerId: null });
      expect(queued.notBefore).toBeInstanceOf(Date);
      expect(await store.claim(first.run.workerId!)).toBeUndefined();
      const second = await again(first);
      expect(second).toMatchObject({ lease: { attempt: 2 }, nextSeq: 3, run: { notBefore: null } });
      await store.finishRun({ ...second.lease, ...failed(3, 'SERVER_UNREACHABLE') });
      const third = await again(first);
      const last = await store.finishRun({ ...third.lease, ...failed(4, 'RUNNER_DIED') });
      expect(last).toMatchObject({ status: 'failed', error: { code: 'RUNNER_DIED' } });
      expect(last.error!.message).toMatch(/attempt 3 of 3/);
      const bodies = (await history(store, first.run.id)).map(({ body }) => body);
      expect(bodies.flatMap((body) => (body.type === 'requeued' ? [body.delaySeconds] : []))).toEqual([1, 2]);
      const dead = async (givenUp: boolean) => (await store.listRuns({ filter: { dataset: last.dataset, givenUp }, limit: 10 })).map(({ run }) => run.id);
      expect(await dead(true)).toEqual([last.id]);
      expect(await dead(false)).toEqual([]);
    });

    it('lets its worker repeat itself, and refuses it once another attempt has begun', async () => {
      const store = get();
      const first = await heldRun(store);
      const word = { ...first.lease, ...failed(2, 'RUNNER_DIED') };
      await store.finishRun(word);
      expect(await store.finishRun(word)).toMatchObject({ status: 'queued', lastSeq: 2 });
      expect(await codeOf(store.appendEvents({ ...first.lease, events: [log(3)] }))).toBe('LEASE_LOST attempt');
      const second = await again(first);
      expect(await codeOf(store.finishRun(word))).toBe('LEASE_LOST attempt');
      await store.finishRun({ ...second.lease, ...finished(3) });
    });

    it('is cancelled instead where that was asked for', async () => {
      const store = get();
      const { run, lease } = await heldRun(store);
      await store.requestCancel(run.id);
      expect(await store.finishRun({ ...lease, ...failed(2, 'RUNNER_DIED') })).toMatchObject({ status: 'cancelled', error: { code: 'RUNNER_DIED' } });
    });

    it('fails at once of what another attempt would meet again', async () => {
      const store = get();
      for (const code of ['INVALID_INPUT', 'BAD_DATASET_FILE', 'DIVERGED', 'PLUGIN_FAILED', 'INTERNAL'] as const) {
        const { run, lease } = await heldRun(store);
        expect(await store.finishRun({ ...lease, ...failed(2, code) })).toMatchObject({ status: 'failed', error: { code, message: 'as it was' } });
        expect((await store.listRuns({ filter: { dataset: run.dataset, givenUp: true }, limit: 1 })).length).toBe(0);
      }
      expect(Object.keys(mendable).sort()).toEqual(Object.keys(errorCodes).sort());
    });
  });

  describe('asking for another attempt', () => {
    it('goes on with the events of a run that ended, and gives it all its attempts again', async () => {
      const store = get();
      const first = await heldRun(store, 3);
      await store.finishRun({ ...first.lease, ...failed(first.nextSeq, 'RUNNER_DIED') });
      const told = await history(store, first.run.id);
      expect(await store.retryRun(first.run.id)).toMatchObject({ status: 'queued', error: null, finishedAt: null });
      expect((await store.retryRun(first.run.id)).lastSeq).toBe(told.length + 1);
      const reading = history(store, first.run.id);
      const fourth = await again(first);
      expect(fourth).toMatchObject({ lease: { attempt: 4 }, nextSeq: told.length + 2 });
      expect(await store.finishRun({ ...fourth.lease, ...failed(fourth.nextSeq, 'RUNNER_DIED') })).toMatchObject({ status: 'queued' });
      const fifth = await again(first);
      await store.finishRun({ ...fifth.lease, ...finished(fifth.nextSeq) });
      const whole = await reading;
      expect(whole.map(({ seq }) => seq)).toEqual(whole.map((_, at) => at + 1));
      expect(whole.slice(0, told.length)).toEqual(told);
      expect(whole.slice(told.length - 1).map(({ body }) => body.type)).toEqual(['finished', 'requeued', 'requeued', 'finished']);
      expect(await codeOf(store.retryRun(first.run.id))).toBe('RUN_ENDED runId');
    });

    it('takes back a cancellation', async () => {
      const store = get();
      const { run, lease, nextSeq } = await heldRun(store);
      await store.requestCancel(run.id);
      await store.finishRun({ ...lease, ...finished(nextSeq, 'cancelled') });
      expect(await store.retryRun(run.id)).toMatchObject({ status: 'queued', cancelRequested: false });
      expect((await store.claim(run.workerId!))!.lease.attempt).toBe(2);
      expect(await store.retryRun(run.id)).toMatchObject({ status: 'running', attempt: 2 });
      expect(await codeOf(store.retryRun('nobody'))).toBe('UNKNOWN_RUN runId');
    });
  });
}
