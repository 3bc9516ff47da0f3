import { parseStudySpec, type RecordedPlan } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import type { Claim, Store } from '../../index.ts';
import { codeOf } from '../code-of.ts';
import { exampleSpec } from '../examples.ts';
import { failed, finished, workerFor } from './held-run.ts';

/** What studies promise, on every driver. */
export function studySuite(get: () => Store): void {
  const spec = (concurrency?: number) => parseStudySpec({ base: {}, parameters: [{ path: 'seed', values: [0] }], ...(concurrency === undefined ? {} : { concurrency }) });

  describe('a study', () => {
    it('never has more runs under way than it may, however many workers claim at once, and ends with a run that failed', async () => {
      const store = get();
      const dataset = `study-${Math.random().toString(36).slice(2)}`;
      const workers = [workerFor(dataset, { slots: 9 }), workerFor(dataset, { slots: 9 }), workerFor(dataset, { slots: 9 })];
      for (const worker of workers) await store.registerWorker(worker);
      const study = await store.createStudy(spec(2), Array.from({ length: 9 }, (_, seed) => exampleSpec({ dataset: { name: dataset }, seed })));
      // Three ask at once and two get a run: how many may be under way does not hang on who is quick.
      const held = (await Promise.all(workers.map(({ id }) => store.claim(id)))).filter((claim) => claim !== undefined);
      expect(held).toHaveLength(2);
      let underWay = held.length;
      let most = 0;
      const end = async (claim: Claim) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        underWay -= 1;
        await store.finishRun({ ...claim.lease, ...(claim.run.studyIndex === 4 ? failed(claim.nextSeq, 'DIVERGED') : finished(claim.nextSeq)) });
      };
      const work = async (workerId: string) => {
        for (;;) {
          const claim = await store.claim(workerId, { waitSeconds: 1 });
          if (claim !== undefined) {
            most = Math.max(most, (underWay += 1));
            await end(claim);
          } else if ((await store.countsOfStudies([study.id])).get(study.id)!.queued === 0) return;
        }
      };
      await Promise.all([...held.map(end), ...[...workers, ...workers].map(({ id }) => work(id))]);
      expect(most).toBeLessThanOrEqual(2);
      expect((await store.countsOfStudies([study.id])).get(study.id)).toEqual({ queued: 0, running: 0, succeeded: 8, failed: 1, cancelled: 0 });
      const rows = await store.runsOfStudy(study.id);
      expect(rows.map(({ studyIndex, spec: { seed }, status }) => [studyIndex, seed, status])).toEqual(Array.from({ length: 9 }, (_, at) => [at, at, at === 4 ? 'failed' : 'succeeded']));
    }, 60_000);

    it('that is full holds up no run behind it', async () => {
      const store = get();
      const dataset = `study-${Math.random().toString(36).slice(2)}`;
      const worker = workerFor(dataset, { slots: 9 });
      await store.registerWorker(worker);
      const study = await store.createStudy(spec(1), [0, 1].map((seed) => exampleSpec({ dataset: { name: dataset }, seed, priority: 9 })));
      const alone = await store.createRun(exampleSpec({ dataset: { name: dataset } }));
      const first = (await store.claim(worker.id))!;
      expect(first.run).toMatchObject({ studyIndex: 0 });
      expect((await store.claim(worker.id))!.run.id).toBe(alone.id);
      expect(await store.claim(worker.id)).toBeUndefined();
      const second = (await store.runsOfStudy(study.id))[1]!;
      const reason = async () => (await store.whyWaiting([second.id])).get(second.id)?.reason;
      expect(await reason()).toBe('studyFull');
      await store.finishRun({ ...first.lease, ...finished(2) });
      expect(await reason()).toBe('inLine');
      expect((await store.claim(worker.id))!.run).toMatchObject({ studyIndex: 1 });
    });

    it('that is planned gets its runs one by one, each in its place, and is found again by its key with the plan of today', async () => {
      const store = get();
      const key = `plan-${Math.random().toString(36).slice(2)}`;
      const plan = (...keys: string[]): RecordedPlan => ({ title: 't', citation: { authors: 'a', title: 't', year: 2020 }, introduction: [], runs: keys.map((one) => ({ key: one, title: one })), tables: [], figures: [] });
      const first = await store.planStudy({ key, name: 'first', plan: plan('a', 'b') });
      expect(first).toMatchObject({ key, spec: null, runCount: 2, plan: plan('a', 'b') });
      const b = await store.createRun(exampleSpec(), { studyId: first.id, key: 'b' });
      expect(b).toMatchObject({ studyId: first.id, studyIndex: 1, studyKey: 'b' });
      expect(await codeOf(store.createRun(exampleSpec(), { studyId: first.id, key: 'c' }))).toBe('INVALID_INPUT study.key');
      expect(await codeOf(store.createRun(exampleSpec(), { studyId: 'nobody', key: 'b' }))).toBe('UNKNOWN_STUDY studyId');
      const second = await store.planStudy({ key, name: 'second', plan: plan('c', 'b') });
      expect(second).toMatchObject({ id: first.id, name: 'second', plan: plan('c', 'b') });
      await store.createRun(exampleSpec(), { studyId: first.id, key: 'c' });
      expect((await store.runsOfStudy(first.id)).map(({ studyKey }) => studyKey)).toEqual(['c', 'b']);
      const sweep = await store.createStudy(spec(), [exampleSpec()]);
      expect(await codeOf(store.createRun(exampleSpec(), { studyId: sweep.id, key: 'b' }))).toBe('INVALID_INPUT study.key');
    });

    it('is cancelled as a whole', async () => {
      const store = get();
      const dataset = `study-${Math.random().toString(36).slice(2)}`;
      const study = await store.createStudy(spec(), [0, 1].map((seed) => exampleSpec({ dataset: { name: dataset }, seed })));
      await store.cancelStudy(study.id);
      expect((await store.countsOfStudies([study.id])).get(study.id)).toMatchObject({ queued: 0, cancelled: 2 });
      expect((await store.listStudies({ limit: 1 }))[0]).toEqual(study);
      expect(await store.listStudies({ limit: 1, olderThan: study.number })).not.toEqual([study]);
      expect((await store.listRuns({ filter: { study: study.id }, limit: 9 })).length).toBe(2);
      expect(await codeOf(store.cancelStudy('nobody'))).toBe('UNKNOWN_STUDY studyId');
    });
  });
}
