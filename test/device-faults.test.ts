import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { follow, post, type SeenEvent } from './fixtures/plain-clients.ts';
import { root, startProcess, temporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

const spec = {
  seed: 5,
  dataset: { name: 'mnist', trainLimit: 512, testLimit: 50 },
  model: { architecture: 'lenet5' },
  training: { epochs: 4, batchSize: 32 },
  evaluation: { examples: 8, attacks: [{ plugin: 'fgsm', epsilon: 0.1 }] },
};

const weightsOf = (events: readonly SeenEvent[]): unknown[] => events.filter(({ type }) => type === 'artifact').map(({ body }) => (body['artifact'] as { sha256: string }).sha256);
const epochsOf = (events: readonly SeenEvent[]): unknown[] => events.filter(({ type }) => type === 'epoch').map(({ body }) => (body['metrics'] as { epoch: number }).epoch);

// The loss of the device is injected at the session of ONNX Runtime; the worker, its processes and the lab are real.
it('a run whose device is lost goes on from its checkpoint after the worker has looked for devices again', { timeout: 300_000 }, async () => {
  await using folder = await temporaryFolder();
  await using server = startProcess('apps/server/src/main.ts', ['--folder', join(folder.path, 'lab'), '--port', '0', '--retrySeconds', '0', '--logLevel', 'warn']);
  const url = `${String((await server.ready)['url'])}/graphql`;
  await using worker = startProcess('apps/worker/src/main.ts', ['--url', new URL(url).origin, '--plugins', standardPlugins, '--checkpoint-seconds', '0'], {
    nodeFlags: ['--import', join(root, 'test', 'fixtures', 'lose-device.mjs')],
    env: { LOSE_DEVICE: folder.path },
  });
  await worker.ready;
  const run = async (): Promise<SeenEvent[]> => {
    const { data, errors } = await post(url, 'mutation ($input: RunSpecInput!) { startRun(input: $input) { id } }', { input: spec });
    expect(errors).toBeUndefined();
    return follow(url, { runId: (data as unknown as { startRun: { id: string } }).startRun.id, after: 0 });
  };

  const events = await run();
  expect(existsSync(join(folder.path, 'lost')), worker.printed()).toBe(true);
  const requeued = events.filter(({ type }) => type === 'requeued');
  expect(requeued.map(({ body }) => body['reason'])).toMatchObject([{ code: 'DEVICE_LOST', message: expect.stringContaining('new process usually gets it back') as string }]);
  expect(events.at(-1)).toMatchObject({ body: { status: 'succeeded' } });
  expect(worker.printed()).toContain('after the failure of its device the worker computes with compiled-cpu');

  const undisturbed = await run();
  expect(undisturbed.filter(({ type }) => type === 'requeued')).toEqual([]);
  expect(epochsOf(events)).toEqual(epochsOf(undisturbed));
  expect(weightsOf(events)).toEqual(weightsOf(undisturbed));
});
