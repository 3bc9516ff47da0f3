import { describe, expect, it } from 'vitest';
import { attackVersion, lossVersion, type RunFilter, type RunOrder, type Store } from '../../index.ts';
import { exampleAttack, exampleAudit, exampleEvaluation, exampleSpec } from '../examples.ts';
import { finished, time, workerFor } from './held-run.ts';

type Audited = Parameters<typeof exampleAudit>[0];

/** Orders that are not the order of a number or a text of the spec, on every driver. */
export function orderSuite(get: () => Store): void {
  const newDataset = () => `order-${Math.random().toString(36).slice(2)}`;

  /** A worker that offers the loss in that version. */
  async function workerWith(dataset: string, version: string): Promise<string> {
    const worker = workerFor(dataset);
    const plugins = worker.catalogue.plugins.map((plugin) => (plugin.kind === 'loss' ? { ...plugin, version } : plugin));
    await get().registerWorker({ ...worker, catalogue: { ...worker.catalogue, plugins } });
    return worker.id;
  }

  /** A run of that worker that ended, attacked by PGD in that version where one is given. */
  async function ended(dataset: string, workerId: string, { verdict, pgd, spec = {} }: { readonly verdict?: Audited; readonly pgd?: string; readonly spec?: Record<string, unknown> } = {}): Promise<string> {
    const store = get();
    await store.createRun(exampleSpec({ dataset: { name: dataset }, ...spec }));
    const { lease, run } = (await store.claim(workerId))!;
    const evaluation = exampleEvaluation({ attacks: pgd === undefined ? [] : [exampleAttack({ version: pgd })], ...(verdict === undefined ? {} : { audit: exampleAudit(verdict) }) });
    const bodies = [{ type: 'started', workerId, engine: 'e', device: 'd' }, { type: 'evaluated', evaluation }] as const;
    await store.appendEvents({ ...lease, events: bodies.map((body, at) => ({ seq: 2 + at, time, body })) });
    await store.finishRun({ ...lease, ...finished(4) });
    return run.id;
  }

  const lister = (dataset: string) => async (by: RunOrder['by'], descending = false, filter: RunFilter = {}) =>
    (await get().listRuns({ filter: { dataset, ...filter }, order: { by, descending }, limit: 9 })).map(({ run }) => run.id);

  describe('sorting runs', () => {
    it('by verdict, from broken to reliable, and runs without one last', async () => {
      const dataset = newDataset();
      const worker = await workerWith(dataset, '1.0.0');
      const reliable = await ended(dataset, worker, { verdict: 'reliable' });
      const none = await ended(dataset, worker);
      const broken = await ended(dataset, worker, { verdict: 'broken' });
      const suspect = await ended(dataset, worker, { verdict: 'suspect' });
      const masked = await ended(dataset, worker, { verdict: 'masked' });
      const listed = lister(dataset);
      expect(await listed('verdict')).toEqual([broken, masked, suspect, reliable, none]);
      expect(await listed('verdict', true)).toEqual([reliable, suspect, masked, broken, none]);
      expect(await listed('verdict', true, { verdict: ['broken', 'suspect'] })).toEqual([suspect, broken]);
    });

    it('by the first tag of the alphabet, and runs without one last', async () => {
      const dataset = newDataset();
      const worker = await workerWith(dataset, '1.0.0');
      const [a, b, none, c] = [await ended(dataset, worker), await ended(dataset, worker), await ended(dataset, worker), await ended(dataset, worker)];
      await get().tagRuns([a, c], { add: ['m'] });
      await get().tagRuns([b], { add: ['n', 'k'] });
      await get().tagRuns([c], { add: ['z'] });
      const listed = lister(dataset);
      expect(await listed('tag')).toEqual([b, a, c, none]);
      expect(await listed('tag', true)).toEqual([c, a, b, none]);
      expect(await listed('tag', false, { tags: ['z'] })).toEqual([c]);
      await get().tagRuns([b], { remove: ['k'] });
      expect(await listed('tag')).toEqual([a, c, b, none]);
    });

    it('by the version of a plugin, number by number and a release behind what came before it', async () => {
      const dataset = newDataset();
      const versions = ['1.10.0', '1.9.0', '2.0.0', '2.0.0-beta.2', '2.0.0-beta.10'];
      const ids: string[] = [];
      for (const version of versions) ids.push(await ended(dataset, await workerWith(dataset, version), { pgd: version }));
      const unattacked = await ended(dataset, await workerWith(dataset, '1.9.0'), { spec: { training: undefined, model: { architecture: 'lenet5', fromRun: ids[0] } } });
      const [ten, nine, two, beta2, beta10] = ids;
      const listed = lister(dataset);
      const ascending = [nine, ten, beta2, beta10, two, unattacked];
      expect(await listed({ word: lossVersion })).toEqual(ascending);
      expect(await listed({ word: attackVersion('pgd') })).toEqual(ascending);
      expect(await listed({ word: attackVersion('pgd') }, true)).toEqual([two, beta10, beta2, ten, nine, unattacked]);
      expect(await listed('number', false, { lossVersion: '1.9.0' })).toEqual([nine]);
      expect(await listed('number', false, { lossVersion: '2.0.0-beta.2' })).toEqual([beta2]);
      expect(await listed('number', false, { lossVersion: '1.9' })).toEqual([]);
    });

    it('by the versions that came last, where a run is gone on with', async () => {
      const dataset = newDataset();
      const store = get();
      const { id } = await store.createRun(exampleSpec({ dataset: { name: dataset } }));
      for (const [version, seq] of [['1.0.0', 2], ['1.1.0', 6]] as const) {
        const workerId = await workerWith(dataset, version);
        const { lease, nextSeq } = (await store.claim(workerId))!;
        expect(nextSeq).toBe(seq);
        const plugin = version === '1.0.0' ? 'fgsm' : 'pgd';
        const bodies = [{ type: 'started', workerId, engine: 'e', device: 'd' }, { type: 'evaluated', evaluation: exampleEvaluation({ attacks: [exampleAttack({ plugin, version })] }) }] as const;
        await store.appendEvents({ ...lease, events: bodies.map((body, at) => ({ seq: seq + at, time, body })) });
        await store.finishRun({ ...lease, ...finished(seq + 2, 'cancelled') });
        if (version === '1.0.0') await store.retryRun(id);
      }
      const key = async (name: string) => (await store.listRuns({ filter: { dataset }, order: { by: { word: name }, descending: false }, limit: 1 }))[0]!.key;
      expect(await lister(dataset)('number', false, { lossVersion: '1.1.0' })).toEqual([id]);
      expect(await lister(dataset)('number', false, { lossVersion: '1.0.0' })).toEqual([]);
      expect(await key(attackVersion('pgd'))).not.toBeNull();
      expect(await key(attackVersion('fgsm'))).toBeNull();
    });
  });
}
