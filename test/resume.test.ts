import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, post, type SeenEvent } from './fixtures/plain-clients.ts';
import { startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

let folder: TemporaryFolder;
let server: RunningProcess;
let url: string;
const workers: RunningProcess[] = [];
const workerIds: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  server = startProcess('apps/server/src/main.ts', ['--folder', folder.path, '--port', '0', '--leaseSeconds', '6', '--logLevel', 'warn']);
  url = `${String((await server.ready)['url'])}/graphql`;
});

afterAll(async () => {
  for (const worker of workers) await worker[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

async function startWorker(checkpointSeconds: number, threads: '' | number = ''): Promise<RunningProcess> {
  const worker = startProcess('apps/worker/src/main.ts', ['--url', new URL(url).origin, '--plugins', standardPlugins, '--checkpoint-seconds', String(checkpointSeconds), '--threads', String(threads)]);
  workers.push(worker);
  workerIds.push(String((await worker.ready)['workerId']));
  return worker;
}

const spec = {
  seed: 3,
  dataset: { name: 'mnist', trainLimit: 512, testLimit: 50 },
  model: { architecture: 'lenet5' },
  training: { epochs: 6, batchSize: 32 },
  evaluation: { examples: 8, attacks: [{ plugin: 'fgsm', epsilon: 0.1 }] },
};

async function stop(worker: RunningProcess): Promise<void> {
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toMatchObject({ code: 0 });
}

async function start(): Promise<string> {
  const { data, errors } = await post(url, 'mutation ($input: RunSpecInput!) { startRun(input: $input) { id } }', { input: spec });
  expect(errors).toBeUndefined();
  return (data as unknown as { startRun: { id: string } }).startRun.id;
}

/** Everything measured, without what a clock says. */
function measured(events: readonly SeenEvent[]): unknown[] {
  const timeless = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value, (key, inner: unknown) => (['seconds', 'trainSeconds', 'evaluationSeconds'].includes(key) ? undefined : inner)));
  return events.flatMap(({ type, body }) => (type === 'epoch' ? [timeless(body['metrics'])] : type === 'evaluated' ? [timeless(body['evaluation'])] : []));
}

const weightsOf = (events: readonly SeenEvent[]): unknown[] => events.filter(({ type }) => type === 'artifact').map(({ body }) => (body['artifact'] as { sha256: string }).sha256);

/** What a run that was left alone told; made by the first test. */
let alone: readonly SeenEvent[] = [];

describe('a run whose worker is killed in the middle', () => {
  // 0 s: a checkpoint at every epoch. 3600 s: none, so that the next attempt computes everything again.
  it.each([0, 3600])('ends as one that was left alone, each epoch told once (checkpoints every %d s)', async (checkpointSeconds) => {
    const first = await startWorker(checkpointSeconds);
    const id = await start();
    const before = await follow(url, { runId: id, after: 0, enough: ({ type, body }) => type === 'epoch' && (body['metrics'] as { epoch: number }).epoch === 3 });
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await startWorker(checkpointSeconds);
    const events = [...before, ...(await follow(url, { runId: id, after: before.at(-1)!.seq }))];

    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events.filter(({ type }) => type === 'requeued')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ body: { status: 'succeeded' } });
    const undisturbed = (alone = await follow(url, { runId: await start(), after: 0 }));
    expect(measured(events)).toEqual(measured(undisturbed));
    expect(weightsOf(events)).toEqual(weightsOf(undisturbed));
    await stop(second);
  });

  // Sums are split among threads, so that their number shows in the last bits of a training.
  it('goes on with as many threads as it had, at a worker that gives its runs another number', async () => {
    const first = await startWorker(0, 3);
    const id = await start();
    const before = await follow(url, { runId: id, after: 0, enough: ({ type, body }) => type === 'epoch' && (body['metrics'] as { epoch: number }).epoch === 3 });
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await startWorker(0, 1);
    const events = [...before, ...(await follow(url, { runId: id, after: before.at(-1)!.seq }))];
    await stop(second);
    const third = await startWorker(0, 3);
    const undisturbed = await follow(url, { runId: await start(), after: 0 });
    expect(events.at(-1)).toMatchObject({ body: { status: 'succeeded' } });
    expect(measured(events)).toEqual(measured(undisturbed));
    expect(weightsOf(events)).toEqual(weightsOf(undisturbed));
    await stop(third);
  });
});

describe('a run that was cancelled in the middle', () => {
  it('goes on from its checkpoint when it is asked for again, and ends as one that was left alone; its worker says good-bye', async () => {
    const worker = await startWorker(0);
    const id = await start();
    const told = await follow(url, { runId: id, after: 0, enough: ({ type, body }) => type === 'epoch' && (body['metrics'] as { epoch: number }).epoch === 3 });
    await post(url, 'mutation ($id: ID!) { cancelRun(runId: $id) { id } }', { id });
    const before = [...told, ...(await follow(url, { runId: id, after: told.at(-1)!.seq }))];
    expect(before.at(-1)).toMatchObject({ type: 'finished', body: { status: 'cancelled' } });
    const { errors } = await post(url, 'mutation ($id: ID!) { retryRun(runId: $id) { id } }', { id });
    expect(errors).toBeUndefined();
    const after = await follow(url, { runId: id, after: before.at(-1)!.seq });
    const events = [...before, ...after];
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(after.at(-1)).toMatchObject({ body: { status: 'succeeded' } });
    // Epochs behind it are not computed again: nothing is told of them, not even progress.
    const known = before.filter(({ type }) => type === 'epoch').length;
    expect(known).toBeGreaterThanOrEqual(3);
    expect(after.flatMap(({ type, body }) => (type === 'epoch' ? [(body['metrics'] as { epoch: number }).epoch] : []))).toEqual([1, 2, 3, 4, 5, 6].slice(known));
    expect(after.filter(({ type, body }) => type === 'progress' && /^epoch [123]\b/.test(String(body['label'])))).toEqual([]);
    expect(measured(events)).toEqual(measured(alone));
    expect(weightsOf(events)).toEqual(weightsOf(alone));
    await stop(worker);
    const { data } = await post(url, '{ workers { id leftAt } }', {});
    const { workers: all } = data as unknown as { workers: { id: string; leftAt: string | null }[] };
    expect(all.find(({ id: one }) => one === String(workerIds.at(-1)))!.leftAt).not.toBeNull();
  });
});
