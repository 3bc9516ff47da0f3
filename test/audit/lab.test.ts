import { createClient, type Client } from '@entropic-lab/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from '../fixtures/processes.ts';
import { standardPlugins } from '../fixtures/standard-plugins.ts';

let folder: TemporaryFolder;
let server: RunningProcess;
let worker: RunningProcess;
let client: Client;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = startProcess('apps/server/src/main.ts', ['--folder', folder.path, '--port', '0', '--logLevel', 'warn']);
  const url = String((await server.ready)['url']);
  worker = startProcess('apps/worker/src/main.ts', ['--url', url, '--plugins', standardPlugins]);
  await worker.ready;
  client = createClient({ url });
});

afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  await worker?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

async function computed(spec: Parameters<Client['startRun']>[0]): Promise<string> {
  const { id } = await client.startRun(spec);
  for await (const { body } of client.follow(id)) if (body.type === 'finished') expect(body).toMatchObject({ status: 'succeeded' });
  return id;
}

it('stores the verdict of an audit with the run, with progress line by line, and finds runs by it', async () => {
  const dataset = { name: 'mnist', trainLimit: 600, testLimit: 12 };
  const trained = await computed({ dataset, model: { architecture: 'lenet5' }, training: { epochs: 1 }, evaluation: {} });
  const labels: string[] = [];
  // A last layer multiplied by 1000 hides every gradient; attacks other than PGD and FGSM are not in this lab.
  const { id } = await client.startRun({ dataset, model: { architecture: 'lenet5', fromRun: trained, logitScale: 1000 }, evaluation: { audit: { norm: 'linf', epsilon: 0.3, battery: 'quick' } } });
  for await (const { body } of client.follow(id)) if (body.type === 'progress') labels.push(body.label);
  const run = (await client.run(id))!;
  expect(run.status).toBe('succeeded');
  expect(['masked', 'broken']).toContain(run.verdict);
  // Progress that is overtaken on its way is not told: of lines that take no time nothing may arrive.
  expect(new Set(labels.filter((label) => label.startsWith('audit: '))).size).toBeGreaterThan(3);

  const found = async (...verdict: ('reliable' | 'suspect' | 'masked' | 'broken')[]): Promise<string[]> => {
    const ids: string[] = [];
    for await (const each of client.runs({ filter: { verdict } })) ids.push(each.id);
    return ids;
  };
  expect(await found('masked', 'broken')).toEqual([id]);
  expect(await found('reliable')).toEqual([]);
}, 300_000);
