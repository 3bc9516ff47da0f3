import { describe, expect, it } from 'vitest';
import type { Store } from '../../index.ts';
import { exampleEpoch } from '../examples.ts';
import { codeOf } from '../code-of.ts';
import { finished, heldRun, history, log, time } from './held-run.ts';

/** What recording events promises, on every driver. */
export function eventSuite(get: () => Store): void {
  describe('recording events', () => {
    it('gives back what was recorded, whatever characters it holds, and to the last digit', async () => {
      const store = get();
      const { run, lease } = await heldRun(store);
      const numbers = { tiny: 5e-324, third: 1 / 3, big: 1.7976931348623157e308, negative: -1e-7 };
      const epoch = exampleEpoch(1);
      const body = { ...epoch, metrics: { ...epoch.metrics, loss: numbers } };
      const strange = { seq: 3, time, body: { type: 'log' as const, level: 'warn' as const, message: 'nul \u0000, half \ud83d, "\\u0000" stays' } };
      await store.appendEvents({ ...lease, events: [{ seq: 2, time, body }, strange, finished(4)] });
      await store.appendEvents({ ...lease, events: [strange] });
      const [, recorded, message] = await history(store, run.id);
      expect(recorded).toEqual({ runId: run.id, seq: 2, attempt: 1, time, body });
      expect(message!.body).toMatchObject({ message: 'nul \ufffd, half \ufffd, "\\u0000" stays' });
    });

    it('passes over what is recorded already and goes on behind it', async () => {
      const store = get();
      const { run, lease } = await heldRun(store);
      await store.appendEvents({ ...lease, events: [log(2), log(3)] });
      expect(await store.appendEvents({ ...lease, events: [log(3), log(4)] })).toEqual({ lease: 'held', lastSeq: 4 });
      expect(await store.appendEvents({ ...lease, events: [] })).toEqual({ lease: 'held', lastSeq: 4 });
      const last = { ...lease, ...finished(5) };
      expect((await store.finishRun(last)).status).toBe('succeeded');
      expect((await store.finishRun(last)).lastSeq).toBe(5);
      expect((await history(store, run.id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    });

    it('refuses other content, gaps, and anything behind the end, and records nothing of the report', async () => {
      const store = get();
      const { run, lease } = await heldRun(store);
      const report = (...events: ReturnType<typeof log>[]) => codeOf(store.appendEvents({ ...lease, events }));
      expect(await report(log(2), log(3))).toBe('no error');
      expect(await report(log(3, 'other'), log(4))).toBe('EVENT_CONFLICT events.0');
      expect(await report({ ...log(3), time: '2026-01-02T03:04:05.679Z' })).toBe('EVENT_CONFLICT events.0');
      expect(await report(log(5))).toBe('EVENT_CONFLICT events.0');
      expect(await report(log(4), log(6))).toBe('EVENT_CONFLICT events.1');
      expect(await report(log(4), log(4))).toBe('EVENT_CONFLICT events.1');
      expect(await report(finished(4), log(5))).toBe('EVENT_CONFLICT events.1');
      expect((await store.findRun(run.id))!.lastSeq).toBe(3);
      expect(await report(finished(4))).toBe('no error');
      expect(await report(log(5))).toBe('LEASE_LOST attempt');
      expect((await history(store, run.id)).at(-1)).toMatchObject({ seq: 4, body: { type: 'finished' } });
    });

    it('refuses an older attempt, and one that never was', async () => {
      const store = get();
      const { lease } = await heldRun(store, 2);
      for (const attempt of [0, 1, 3]) expect(await codeOf(store.appendEvents({ ...lease, attempt, events: [log(3)] }))).toBe('LEASE_LOST attempt');
      expect(await codeOf(store.appendEvents({ runId: 'nobody', attempt: 1, events: [log(2)] }))).toBe('UNKNOWN_RUN runId');
    });

    it('brings the summary of the run up to date', async () => {
      const store = get();
      const { run, lease } = await heldRun(store);
      const progress = { type: 'progress' as const, phase: 'train' as const, label: 'epoch 1', done: 1, total: 2, unit: 'steps', rate: null, remainingSeconds: null };
      const started = { type: 'started' as const, workerId: 'w', engine: 'e', device: 'd' };
      await store.appendEvents({ ...lease, events: [{ seq: 2, time, body: started }, { seq: 3, time, body: progress }, { seq: 4, time, body: exampleEpoch(3) }] });
      const now = (await store.findRun(run.id))!;
      expect(now).toMatchObject({ status: 'running', lastSeq: 4, progress, headline: { epoch: 3, cleanAccuracy: 0.5 } });
      expect(now.startedAt!.toISOString()).toBe(time);
      await store.finishRun({ ...lease, seq: 5, time, body: { type: 'finished', status: 'failed', error: { code: 'DIVERGED', message: 'm' } } });
      expect(await store.findRun(run.id)).toMatchObject({ status: 'failed', leaseExpiresAt: null, error: { code: 'DIVERGED', message: 'm' } });
    });
  });
}
