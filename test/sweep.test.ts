import { createClient } from '@entropic-lab/client';
import { expect, it } from 'vitest';
import { follow, post } from './fixtures/plain-clients.ts';
import { startProcess, temporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

/** The last step size is no number of a training: that run diverges, and nothing before it is computed says so. */
const learningRates = [1e-4, 1e-3, 1e-2, 1e30];
const seeds = [1, 2, 3, 4, 5, 6];
const concurrency = 3;
const slots = 2;

const base = {
  dataset: { name: 'mnist', trainLimit: 32, testLimit: 10 },
  model: { architecture: 'lenet5' },
  training: { epochs: 1, batchSize: 16, optimizer: { kind: 'sgd' as const, learningRate: 1e-3 } },
  evaluation: { examples: 4, attacks: [{ plugin: 'fgsm', epsilon: 0.1 }] },
};

interface PlainRun {
  readonly status: string;
  readonly error: { readonly code: string } | null;
  readonly spec: { readonly seed: number; readonly training: { readonly optimizer: { readonly learningRate: number } } };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Most spans that cover one moment. One that ends as another begins does not count. */
function mostAtOnce(spans: readonly Span[]): number {
  return Math.max(...spans.map(({ from }) => spans.filter((other) => other.from <= from && from < other.to).length));
}

it('a sweep of 24 runs over two workers keeps its limit, outlives the runs that fail, and its table is what each run says by itself', async () => {
  await using folder = await temporaryFolder();
  await using server = startProcess('apps/server/src/main.ts', ['--folder', folder.path, '--port', '0', '--logLevel', 'warn']);
  const url = String((await server.ready)['url']);
  const agent = () => startProcess('apps/worker/src/main.ts', ['--url', url, '--plugins', standardPlugins, '--engine', 'wasm', '--slots', String(slots), '--spool-folder', folder.path, '--log-level', 'warn']);
  await using first = agent();
  await using second = agent();
  await Promise.all([first.ready, second.ready]);
  await using lab = createClient({ url });

  const parameters = [{ path: 'seed', values: seeds }, { path: 'training.optimizer.learningRate', values: learningRates }];
  const { id, runCount } = await lab.sweep({ name: 'seeds by step size', concurrency, base, parameters });
  expect(runCount).toBe(24);
  const waitedFor = new Set<string | undefined>();
  for await (const { run } of lab.changes.runs({ filter: { study: id } })) {
    if (run?.status === 'queued') continue;
    for await (const queued of lab.runs({ filter: { study: id, status: ['queued'] } })) waitedFor.add(queued.waiting?.reason);
    if ((await lab.study(id))!.ended) break;
  }
  // Four slots for three runs: what holds the rest up is the limit.
  expect(waitedFor).toContain('studyFull');

  const study = (await lab.study(id))!;
  expect(study.counts).toEqual({ queued: 0, running: 0, succeeded: 18, failed: 6, cancelled: 0 });
  expect(study.table.map(({ index, parameters: set }) => [index, set])).toEqual(
    seeds.flatMap((seed, row) => learningRates.map((rate, column) => [4 * row + column, { seed, 'training.optimizer.learningRate': rate }])),
  );
  const spans: Span[] = [];
  const workers = new Set<unknown>();
  for (const row of study.table) {
    const set = row.parameters as Record<string, number>;
    const asked = await post(`${url}/graphql`, 'query ($id: ID!) { run(id: $id) { status error { code } spec } }', { id: row.run.id });
    const { run } = asked.data as unknown as { run: PlainRun };
    expect({ seed: run.spec.seed, 'training.optimizer.learningRate': run.spec.training.optimizer.learningRate }).toEqual(set);
    const events = await follow(`${url}/graphql`, { runId: row.run.id, after: 0 });
    const started = events.filter(({ type }) => type === 'started');
    expect(started.length, row.run.id).toBe(1);
    workers.add(started[0]!.body['workerId']);
    spans.push({ from: Date.parse(started[0]!.time), to: Date.parse(events.at(-1)!.time) });
    const evaluation = events.find(({ type }) => type === 'evaluated')?.body['evaluation'] as { cleanAccuracy: number; attacks: { attackSuccessRate: number }[] } | undefined;
    const told = Object.fromEntries(row.run.metrics.map(({ name, value }) => [name, value]));
    const fails = set['training.optimizer.learningRate'] === 1e30;
    expect([run.status, run.error?.code, evaluation === undefined]).toEqual(fails ? ['failed', 'DIVERGED', true] : ['succeeded', undefined, false]);
    expect([row.run.status, row.run.error?.code, told['cleanAccuracy']]).toEqual([run.status, run.error?.code, evaluation?.cleanAccuracy]);
  }
  expect(mostAtOnce(spans)).toBeLessThanOrEqual(concurrency);
  expect(workers.size).toBe(2);
}, 900_000);
