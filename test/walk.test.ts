import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, post, type SeenEvent } from './fixtures/plain-clients.ts';
import { startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

let folder: TemporaryFolder;
let server: RunningProcess;
let worker: RunningProcess;
let url: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = startProcess('apps/server/src/main.ts', ['--folder', folder.path, '--port', '0', '--logLevel', 'warn']);
  url = `${String((await server.ready)['url'])}/graphql`;
  worker = startProcess('apps/worker/src/main.ts', ['--url', new URL(url).origin, '--plugins', standardPlugins]);
  await worker.ready;
});

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const START = 'mutation ($input: RunSpecInput!) { startRun(input: $input) { id status spec } }';
const RUN = 'query ($id: ID!) { run(id: $id) { status lastSeq error { code message } headline { epoch cleanAccuracy entropyFlow } artifacts { kind sha256 bytes path } } }';

/** Small enough for seconds on a busy machine, and still every stop of the walk. */
const small = {
  name: 'walk',
  seed: 7,
  dataset: { name: 'mnist', trainLimit: 512, testLimit: 100 },
  model: { architecture: 'lenet5' },
  training: { epochs: 4, batchSize: 64 },
  evaluation: { examples: 16, attacks: [{ plugin: 'fgsm', epsilon: 0.3 }, { plugin: 'pgd', epsilon: 0.3, options: { steps: 3 } }] },
};

async function start(input: unknown): Promise<string> {
  const { data, errors } = await post(url, START, { input });
  expect(errors).toBeUndefined();
  return (data as unknown as { startRun: { id: string } }).startRun.id;
}

async function runOf(id: string) {
  const { data } = await post(url, RUN, { id });
  return (data as unknown as { run: { status: string; lastSeq: number; error: unknown; headline: { epoch: number; cleanAccuracy: number }; artifacts: { kind: string; sha256: string; bytes: number; path: string }[] } }).run;
}

const ofType = (events: readonly SeenEvent[], type: string): SeenEvent[] => events.filter((event) => event.type === type);
const epochsOf = (events: readonly SeenEvent[]): number[] => ofType(events, 'epoch').map(({ body }) => (body['metrics'] as { epoch: number }).epoch);

/** The final evaluation without what a clock says. */
function measuredIn(events: readonly SeenEvent[]): unknown {
  const { evaluation } = ofType(events, 'evaluated')[0]!.body as { evaluation: Record<string, unknown> & { attacks: Record<string, unknown>[] } };
  return { ...evaluation, attacks: evaluation.attacks.map(({ seconds: _, ...attack }) => attack) };
}

describe('the walk of one run, by clients that know only GraphQL', () => {
  it('delivers every epoch once and in order, also over a dropped connection', async () => {
    const id = await start(small);
    const before = await follow(url, { runId: id, after: 0, enough: (event) => event.type === 'epoch' && (event.body['metrics'] as { epoch: number }).epoch === 2 });
    const after = await follow(url, { runId: id, after: before.at(-1)!.seq });
    const events = [...before, ...after];

    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(epochsOf(events)).toEqual([1, 2, 3, 4]);
    expect(events[0]!.type).toBe('queued');
    expect(events.at(-1)).toMatchObject({ type: 'finished', body: { status: 'succeeded' } });
    expect(ofType(events, 'evaluated')).toHaveLength(1);

    expect(await follow(url, { runId: id, after: 0 })).toEqual(events);
  });

  it('starts from the weights of another run, and stores what both measured', async () => {
    const first = await start({ ...small, dataset: { ...small.dataset, trainLimit: 2048 }, training: { epochs: 2, batchSize: 64 } });
    const firstEvents = await follow(url, { runId: first, after: 0 });
    const second = await start({
      ...small,
      model: { architecture: 'lenet5', fromRun: first },
      training: { epochs: 1, batchSize: 64, loss: { plugin: 'entropic', options: { lambda: 1, sigma: 1.65 } } },
    });
    const events = await follow(url, { runId: second, after: 0 });
    const again = await follow(url, { runId: await start({ ...small, model: { architecture: 'lenet5', fromRun: first }, training: undefined }), after: 0 });
    const [before, after] = [await runOf(first), await runOf(second)];

    expect(after.status).toBe('succeeded');
    expect(measuredIn(again)).toEqual(measuredIn(firstEvents));
    expect(before.headline.cleanAccuracy).toBeGreaterThan(0.5);
    const terms = (ofType(events, 'epoch')[0]!.body['metrics'] as { loss: Record<string, number> }).loss;
    expect(Object.keys(terms)).toEqual(expect.arrayContaining(['total', 'crossEntropy']));
    const evaluation = ofType(events, 'evaluated')[0]!.body['evaluation'] as { attacks: { plugin: string; outcomes: Record<string, number>; examples: number; version: string; hash: string }[] };
    expect(evaluation.attacks.map(({ plugin }) => plugin)).toEqual(['fgsm', 'pgd']);
    for (const attack of evaluation.attacks) {
      expect(Object.values(attack.outcomes).reduce((sum, n) => sum + n, 0)).toBe(attack.examples);
      expect(attack.hash).toMatch(/^[0-9a-f]{64}$/);
    }
    const weights = after.artifacts.find(({ kind }) => kind === 'weights')!;
    const bytes = await (await fetch(new URL(weights.path, url))).arrayBuffer();
    expect(bytes.byteLength).toBe(weights.bytes);
  });

  it('gives the same numbers for the same spec', async () => {
    const spec = { ...small, training: { epochs: 1, batchSize: 64 } };
    const measured = async (): Promise<unknown> => measuredIn(await follow(url, { runId: await start(spec), after: 0 }));
    expect(await measured()).toEqual(await measured());
  });

  it('cancels a run in the middle and is ready for the next', async () => {
    const id = await start({ ...small, training: { epochs: 500, batchSize: 16 } });
    await follow(url, { runId: id, after: 0, enough: ({ type }) => type === 'epoch' });
    await post(url, 'mutation ($id: ID!) { cancelRun(runId: $id) { cancelRequested } }', { id });
    const events = await follow(url, { runId: id, after: 0 });
    expect(events.at(-1)).toMatchObject({ type: 'finished', body: { status: 'cancelled' } });
    expect(await runOf(id)).toMatchObject({ status: 'cancelled' });
    await follow(url, { runId: await start({ ...small, training: { epochs: 1 } }), after: 0 });
  });
});
