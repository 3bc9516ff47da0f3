import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attackVersion, lossVersion, type Place, type PlacedRun, type RunFilter, type RunOrder, type Store } from '../../index.ts';
import { codeOf } from '../code-of.ts';
import { exampleAttack, exampleAudit, exampleEpoch, exampleEvaluation, exampleSpec } from '../examples.ts';
import { finished, time, workerFor } from './held-run.ts';
import { nextChange } from './next-change.ts';

interface Wanted {
  readonly name?: string;
  readonly learningRate: number;
  readonly accuracy: number | undefined;
}

/** Asking for runs by what they are and what came of them, on every driver. */
export function querySuite(get: () => Store): void {
  let datasets = 0;
  const newDataset = () => `query-${(datasets += 1)}-${Math.random().toString(36).slice(2)}`;

  /** A run that ended with that accuracy, or waits. */
  async function addRun(dataset: string, workerId: string, { name, learningRate, accuracy }: Wanted): Promise<string> {
    const store = get();
    const training = { epochs: 1, optimizer: { kind: 'adam', learningRate } };
    const { id } = await store.createRun(exampleSpec({ dataset: { name: dataset }, training, ...(name === undefined ? {} : { name }) }));
    if (accuracy === undefined) return id;
    await store.setNotes(id, 'measured');
    for (;;) {
      const { run, lease, nextSeq } = (await store.claim(workerId, { waitSeconds: 30 }))!;
      if (run.id === id) {
        const audited = accuracy === 0.5 ? { audit: exampleAudit('masked') } : accuracy === 0.25 ? { audit: exampleAudit('reliable') } : {};
        const evaluation = exampleEvaluation({ cleanAccuracy: accuracy, attacks: [exampleAttack({ attackSuccessRate: accuracy / 2, version: `1.${100 * accuracy}.0` })], ...audited });
        const started = { type: 'started', workerId, engine: 'e', device: 'd' } as const;
        await store.appendEvents({ ...lease, events: [{ seq: nextSeq, time, body: started }, { seq: nextSeq + 1, time, body: { type: 'evaluated', evaluation } }] });
        await store.finishRun({ ...lease, ...finished(nextSeq + 2) });
        return id;
      }
      await store.finishRun({ ...lease, ...finished(nextSeq, 'cancelled') });
    }
  }

  const orders: readonly RunOrder['by'][] = [
    'number', 'status', 'verdict', 'tag', { word: lossVersion }, { word: attackVersion('pgd') }, { value: 'cleanAccuracy' }, { value: 'training.optimizer.learningRate' }, { value: 'createdAt' }, { value: 'finishedAt' }, { value: 'attackSuccessRate/pgd/linf/0.3' },
    { word: 'name' }, { word: 'training.loss.plugin' }, { value: 'nothing has it' },
  ];

  describe('asking for runs', () => {
    it('pages in every order and both ways without a skip or a double while runs arrive', async () => {
      const dataset = newDataset();
      const store = get();
      const worker = workerFor(dataset, { slots: 9 });
      await store.registerWorker(worker);
      const few = fc.constantFrom(0.5, 0.25, 0.125);
      const wanted = fc.record({ name: fc.constantFrom('a', 'B', 'ä', '', undefined), learningRate: few, accuracy: fc.option(few, { nil: undefined }) }, { requiredKeys: ['learningRate', 'accuracy'] }) as fc.Arbitrary<Wanted>;
      const draw = fc.sample(wanted, { seed: 7, numRuns: 12 });
      // Runs that wait are claimed before later ones that end, so those that end come first.
      for (const one of draw.sort((a, b) => Number(a.accuracy === undefined) - Number(b.accuracy === undefined))) await addRun(dataset, worker.id, one);
      const ended = (await store.listRuns({ filter: { dataset, status: ['succeeded'] }, limit: 100 })).map(({ run }) => run.id);
      await store.tagRuns(ended.slice(0, 4), { add: ['paper'] });
      await store.tagRuns(ended.slice(1, 6), { add: ['again'] });
      await store.setArchived(ended.slice(2, 4), true);
      const filters: readonly RunFilter[] = [
        {}, { search: 'measured' }, { status: ['queued'] }, { status: ['queued', 'succeeded'], archived: 'all' }, { archived: 'only' }, { ids: ended.slice(0, 3) }, { tags: ['paper'] }, { loss: 'cross-entropy' }, { lossVersion: '1.0.0' }, { verdict: ['masked', 'reliable'] }, { trainer: 'standard' },
        { architecture: 'lenet5' }, { pool: 'default' }, { givenUp: false },
        { options: [{ path: 'training.optimizer.learningRate', atLeast: 0.2 }] }, { options: [{ path: 'training.optimizer.learningRate', oneOf: [0.5, 0.125] }] }, { metrics: [{ name: 'cleanAccuracy', below: 0.3 }] },
        { attacks: [{ plugin: 'pgd', epsilon: { equals: 0.3 } }] }, { createdFrom: new Date(Date.now() - 3_600_000), tags: ['paper'] }, { finishedFrom: new Date(time) },
      ];
      for (const some of filters) expect(await store.countRuns({ dataset, ...some }), JSON.stringify(some)).toBeGreaterThan(0);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...orders), fc.boolean(), fc.boolean(), fc.constantFrom(...filters), fc.integer({ min: 1, max: 5 }), fc.array(few, { maxLength: 3 }), async (by, descending, fromEnd, some, limit, arrivals) => {
          const filter = { dataset, ...some };
          const order = { by, descending };
          const there = (await store.listRuns({ filter, order, limit: 1000 })).map(({ run }) => run.id);
          const seen: PlacedRun[] = [];
          for (let place: Place | undefined, at = 0; ; at += 1) {
            const page = await store.listRuns({ filter, order, limit, fromEnd, ...(fromEnd ? { before: place } : { after: place }) });
            if (page.length === 0) break;
            seen.push(...(fromEnd ? page.toReversed() : page));
            const last = seen.at(-1)!;
            place = { key: last.key, number: last.run.number };
            if (arrivals[at] !== undefined) await store.createRun(exampleSpec({ dataset: { name: dataset }, name: 'aa', training: { epochs: 1, optimizer: { kind: 'adam', learningRate: arrivals[at] } } }));
          }
          const ids = seen.map(({ run }) => run.id);
          expect(new Set(ids).size).toBe(ids.length);
          const known = new Set(there);
          expect(ids.filter((id) => known.has(id))).toEqual(fromEnd ? there.toReversed() : there);
        }),
        { numRuns: 100 },
      );
    }, 120_000);

    it('sorts by number and text, and puts last what has none', async () => {
      const dataset = newDataset();
      const store = get();
      const worker = workerFor(dataset);
      await store.registerWorker(worker);
      const low = await addRun(dataset, worker.id, { name: 'low', learningRate: 1e-3, accuracy: 0.1 });
      const high = await addRun(dataset, worker.id, { name: 'high', learningRate: 1e-2, accuracy: 0.9 });
      const none = await addRun(dataset, worker.id, { learningRate: 1e-4, accuracy: undefined });
      const ids = async (by: RunOrder['by'], descending: boolean) => (await store.listRuns({ filter: { dataset }, order: { by, descending }, limit: 9 })).map(({ run }) => run.id);
      expect(await ids({ value: 'cleanAccuracy' }, true)).toEqual([high, low, none]);
      expect(await ids({ value: 'cleanAccuracy' }, false)).toEqual([low, high, none]);
      expect(await ids({ value: 'training.optimizer.learningRate' }, false)).toEqual([none, low, high]);
      expect(await ids({ word: 'name' }, false)).toEqual([high, low, none]);
      expect(await ids('status', false)).toEqual([none, low, high]);
    });

    it('filters by options, metrics, attacks, verdict, tags, text and time', async () => {
      const dataset = newDataset();
      const store = get();
      const worker = workerFor(dataset, { slots: 9 });
      await store.registerWorker(worker);
      const run = async (attackSuccessRate: number, spec: Record<string, unknown> = {}) => {
        await store.createRun(exampleSpec({ dataset: { name: dataset }, ...spec }));
        const claim = (await store.claim(worker.id))!;
        const attacks = [exampleAttack({ attackSuccessRate, robustAccuracy: 1 - attackSuccessRate }), exampleAttack({ plugin: 'fgsm', epsilon: 0.1, attackSuccessRate: 0.5 })];
        await store.appendEvents({ ...claim.lease, events: [{ seq: 2, time, body: { type: 'evaluated', evaluation: exampleEvaluation({ attacks, audit: exampleAudit(attackSuccessRate > 0.5 ? 'broken' : 'reliable') }) } }] });
        await store.finishRun({ ...claim.lease, ...finished(3) });
        return claim.run.id;
      };
      const weak = await run(0.95, { name: '100%_weak' });
      const strong = await run(0.05, { training: { epochs: 1, augment: { flip: true }, loss: { plugin: 'entropic', options: { lambda: 0.5 } } } });
      await store.tagRuns([weak, strong], { add: ['paper', ' both '] });
      await store.tagRuns([weak], { remove: ['paper'] });
      const ids = async (filter: RunFilter) => (await store.listRuns({ filter: { dataset, ...filter }, limit: 9 })).map(({ run: { id } }) => id);
      expect(await ids({ attacks: [{ plugin: 'pgd', epsilon: { equals: 0.3 }, attackSuccessRate: { below: 0.1 } }] })).toEqual([strong]);
      // One and the same attack must pass, not one by its name and another by its rate.
      expect(await ids({ attacks: [{ plugin: 'pgd', attackSuccessRate: { atLeast: 0.4, atMost: 0.6 } }] })).toEqual([]);
      expect(await ids({ attacks: [{ plugin: 'pgd', version: '1.2.0', norm: 'linf', robustAccuracy: { above: 0.9 } }] })).toEqual([strong]);
      expect(await ids({ attacks: [{ version: '9' }] })).toEqual([]);
      expect(await ids({ metrics: [{ name: 'attackSuccessRate/pgd/linf/0.3', above: 0.9 }] })).toEqual([weak]);
      expect(await ids({ metrics: [{ name: 'attackSuccessRate', atMost: 0.5 }] })).toEqual([strong]);
      expect(await ids({ options: [{ path: 'training.loss.options.lambda', oneOf: [0.5, 'x'] }] })).toEqual([strong]);
      expect(await ids({ options: [{ path: 'training.augment.flip', oneOf: [true] }] })).toEqual([strong]);
      expect(await ids({ options: [{ path: 'evaluation.attacks.0.epsilon', atLeast: 0.3 }] })).toEqual([strong, weak]);
      expect(await ids({ options: [{ path: 'training.epochs', oneOf: [] }] })).toEqual([]);
      expect(await ids({ loss: 'entropic' })).toEqual([strong]);
      expect(await ids({ tags: ['both'] })).toEqual([strong, weak]);
      expect(await ids({ tags: ['both', 'paper'] })).toEqual([strong]);
      expect(await ids({ search: '0%_W' })).toEqual([weak]);
      expect(await ids({ search: '%' })).toEqual([weak]);
      expect(await ids({ verdict: ['reliable'] })).toEqual([strong]);
      expect(await ids({ verdict: ['broken', 'reliable'] })).toEqual([strong, weak]);
      expect(await ids({ verdict: ['masked', 'suspect'] })).toEqual([]);
      expect(await ids({ attacks: [{ plugin: 'pgd', epsilon: { equals: 0.3 }, verdict: ['broken'] }] })).toEqual([weak]);
      expect(await ids({ createdFrom: new Date(Date.now() + 60_000) })).toEqual([]);
      expect(await ids({ createdBefore: new Date(Date.now() + 60_000), createdFrom: new Date(Date.now() - 600_000) })).toEqual([strong, weak]);
      expect(await ids({ finishedBefore: new Date(time) })).toEqual([]);
      expect(await ids({ finishedFrom: new Date(time) })).toEqual([strong, weak]);
      expect((await store.tagsOfRuns([(await store.findRun(strong))!.number])).values().next().value).toEqual(['both', 'paper']);
      expect((await store.evaluationsOfRuns([weak])).get(weak)!.map(({ plugin, latest }) => [plugin, latest])).toEqual([['pgd', true], ['fgsm', true]]);
    });

    it('hides what is put away, tells readers of lists, and forgets what is deleted', async () => {
      const dataset = newDataset();
      const store = get();
      const { id } = await store.createRun(exampleSpec({ dataset: { name: dataset } }));
      const changes = store.followRuns({ filter: { dataset }, after: '0' });
      expect(await nextChange(changes, id)).toMatchObject({ run: { id }, matches: true });
      await store.setArchived([id], true);
      const away = await nextChange(changes, id);
      expect(away).toMatchObject({ run: { id }, matches: false });
      expect(await store.countRuns({ dataset })).toBe(0);
      expect(await store.countRuns({ dataset, archived: 'only' })).toBe(1);
      expect(await store.countRuns({ dataset, archived: 'all' })).toBe(1);
      expect(await codeOf(store.deleteRuns([id]))).toBe('RUN_NOT_ENDED runIds.0');
      expect(await codeOf(store.setArchived([id, 'nobody'], false))).toBe('UNKNOWN_RUN runId');
      await store.requestCancel(id);
      await store.deleteRuns([id]);
      // Its end, where the reader saw it before it was gone; then that it is gone, whatever was filtered.
      let last = await nextChange(changes, id);
      if (last.run !== undefined) last = await nextChange(changes, id);
      expect(last).toMatchObject({ runId: id, run: undefined, matches: false });
      await changes.return();
      const later = store.followRuns({ filter: { dataset: newDataset() }, after: away.cursor });
      expect(await nextChange(later, id)).toMatchObject({ run: undefined, matches: false });
      await later.return();
      expect(await store.findRun(id)).toBeUndefined();
      expect(await codeOf(store.deleteRuns([id]))).toBe('UNKNOWN_RUN runId');
    });

    it('keeps the last word on each number, and knows of a run that goes on that it has not ended', async () => {
      const dataset = newDataset();
      const store = get();
      const worker = workerFor(dataset, { slots: 9 });
      await store.registerWorker(worker);
      const { number, id } = await store.createRun(exampleSpec({ dataset: { name: dataset } }));
      const { lease } = (await store.claim(worker.id))!;
      const started = { seq: 2, time, body: { type: 'started', workerId: worker.id, engine: 'e', device: 'd' } } as const;
      await store.appendEvents({ ...lease, events: [started, { seq: 3, time, body: exampleEpoch(1) }, { seq: 4, time, body: exampleEpoch(2) }] });
      const values = async () => Object.fromEntries((await store.valuesOfRuns([number])).get(number)!.map(({ name, value }) => [name, value]));
      expect(await values()).toMatchObject({ epoch: 2, 'loss.total': 0.5, 'layerEntropy.conv1': -12.5, startedAt: Date.parse(time) / 1000, 'training.epochs': 2 });
      await store.finishRun({ ...lease, ...finished(5, 'cancelled') });
      expect(await values()).toMatchObject({ finishedAt: Date.parse(time) / 1000, seconds: 0 });
      await store.retryRun(id);
      expect(await values()).not.toHaveProperty('finishedAt');
    });
  });
}
