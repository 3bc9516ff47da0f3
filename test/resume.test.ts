import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, post, type SeenEvent } from './fixtures/plain-clients.ts';
import { startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

let folder: TemporaryFolder;
let server: RunningProcess;
let url: string;
const workers: RunningProcess[] = [];

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

async function startWorker(checkpointSeconds: number): Promise<RunningProcess> {
  const worker = startProcess('apps/worker/src/main.ts', ['--url', new URL(url).origin, '--plugins', standardPlugins, '--checkpoint-seconds', String(checkpointSeconds)]);
  workers.push(worker);
  await worker.ready;
  return worker;
}

const spec = {
  seed: 3,
  dataset: { name: 'mnist', trainLimit: 512, testLimit: 50 },
  model: { architecture: 'lenet5' },
  training: { epochs: 6, batchSize: 32 },
  evaluation: { examples: 8, attacks: [{ plugin: 'fgsm', epsilon: 0.1 }] },
};

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
    const undisturbed = await follow(url, { runId: await start(), after: 0 });
    expect(measured(events)).toEqual(measured(undisturbed));
    expect(weightsOf(events)).toEqual(weightsOf(undisturbed));
    second.child.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ code: 0 });
  });
});
