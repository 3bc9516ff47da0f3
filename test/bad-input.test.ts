import { writeFile, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, post } from './fixtures/plain-clients.ts';
import { startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

let folder: TemporaryFolder;
let server: RunningProcess;
let worker: RunningProcess;
let url: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = startProcess('apps/server/src/main.ts', ['--folder', join(folder.path, 'lab'), '--port', '0', '--logLevel', 'warn']);
  url = `${String((await server.ready)['url'])}/graphql`;
});

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const START = 'mutation ($input: RunSpecInput!) { startRun(input: $input) { id } }';
const valid = {
  dataset: { name: 'mnist', trainLimit: 64, testLimit: 10 },
  model: { architecture: 'lenet5' },
  training: { epochs: 1, loss: { plugin: 'cross-entropy' } },
  evaluation: { attacks: [{ plugin: 'pgd', epsilon: 0.3, options: { steps: 1 } }] },
};

function withValue(path: string, value: unknown): unknown {
  const copy = structuredClone(valid) as Record<string, unknown>;
  const keys = path.split('.');
  const parent = keys.slice(0, -1).reduce((at, key) => (at[key] ??= {}) as Record<string, unknown>, copy);
  parent[keys.at(-1)!] = value;
  return copy;
}

async function countRuns(): Promise<number> {
  const { data } = await post(url, '{ runs(first: 1) { totalCount } }');
  return (data as unknown as { runs: { totalCount: number } }).runs.totalCount;
}

describe('bad input', () => {
  it('is refused before any worker has registered, with that reason', async () => {
    const { errors } = await post(url, START, { input: valid });
    expect(errors?.[0]?.extensions?.code).toBe('NO_CATALOGUE');
    expect(await countRuns()).toBe(0);
    worker = startProcess('apps/worker/src/main.ts', ['--url', new URL(url).origin, '--plugins', standardPlugins]);
    await worker.ready;
  });

  it.each([
    ['UNKNOWN_PLUGIN', 'evaluation.attacks.0.plugin', 'pdg'],
    ['UNKNOWN_PLUGIN', 'training.loss.plugin', 'nonsense'],
    ['UNKNOWN_DATASET', 'dataset.name', 'mnits'],
    ['UNKNOWN_ARCHITECTURE', 'model.architecture', 'lenet6'],
    ['UNKNOWN_RUN', 'model.fromRun', 'no-such-run'],
    ['INVALID_INPUT', 'evaluation.attacks.0.epsilon', -0.1],
    ['INVALID_INPUT', 'evaluation.attacks.0.options.steps', 0],
    ['INVALID_INPUT', 'evaluation.attacks.0.options.stepz', 3],
    ['INVALID_INPUT', 'training.epochs', 0],
    ['INVALID_INPUT', 'training.epochs', 1.5],
    ['INVALID_INPUT', 'training.optimizer', { kind: 'adam', learningRate: -1 }],
    ['INVALID_INPUT', 'dataset.trainLimit', 60_001],
    ['INVALID_INPUT', 'seed', -1],
  ])('%s at %s for %j, and nothing is recorded', async (code, path, value) => {
    const { errors } = await post(url, START, { input: withValue(path, value) });
    expect(errors).toBeDefined();
    expect(errors![0]!.extensions?.code).toBe(code);
    const field = errors![0]!.extensions?.path ?? '';
    expect(field.startsWith(path) || path.startsWith(field), `${field} for ${path}: ${errors![0]!.message}`).toBe(true);
    expect(errors![0]!.message).toContain(typeof value === 'object' ? 'learningRate' : path.split('.').at(-1)!);
    expect(await countRuns()).toBe(0);
  });

  it.each([
    ['truncated', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
    ['altered in its magic number', (bytes: Buffer) => Buffer.concat([Buffer.from([1, 2, 3, 4]), bytes.subarray(4)])],
  ])('an idx file that is %s ends the run with its name and size', async (_, damage) => {
    const own = join(folder.path, `mnist-${Math.abs(damage.toString().length)}`);
    await mkdir(own, { recursive: true });
    for (const [prefix, count] of [['train', 20], ['t10k', 10]] as const) {
      const images = Buffer.concat([idxHeader([0x803, count, 28, 28]), Buffer.alloc(count * 784, 100)]);
      await writeFile(join(own, `${prefix}-images-idx3-ubyte.gz`), gzipSync(prefix === 'train' ? damage(images) : images));
      await writeFile(join(own, `${prefix}-labels-idx1-ubyte.gz`), gzipSync(Buffer.concat([idxHeader([0x801, count]), Buffer.alloc(count, 3)])));
    }
    const input = { ...valid, dataset: { name: 'mnist', options: { folder: own } } };
    const { data, errors } = await post(url, START, { input });
    expect(errors).toBeUndefined();
    const events = await follow(url, { runId: (data as unknown as { startRun: { id: string } }).startRun.id, after: 0 });
    const ending = events.at(-1)!.body as { status: string; error: { code: string; message: string } };
    expect(ending).toMatchObject({ status: 'failed', error: { code: 'BAD_DATASET_FILE' } });
    expect(ending.error.message).toContain('train-images-idx3-ubyte');
  });

  it('a port in use is refused with the port', async () => {
    await using other = await temporaryFolder();
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as { port: number };
    await using second = startProcess('apps/server/src/main.ts', ['--folder', other.path, '--port', String(port)]);
    expect(await second.ready).toMatchObject({ error: { code: 'PORT_IN_USE', message: expect.stringContaining(String(port)) } });
    expect(await second.ended).toMatchObject({ code: 1 });
    squatter.close();
  });

  it('a data folder that another server holds is refused with its process', async () => {
    await using second = startProcess('apps/server/src/main.ts', ['--folder', join(folder.path, 'lab'), '--port', '0']);
    expect(await second.ready).toMatchObject({ error: { code: 'DATA_FOLDER_IN_USE', message: expect.stringContaining(String(server.child.pid)) } });
    expect(await second.ended).toMatchObject({ code: 1 });
    expect(await countRuns()).toBeGreaterThan(0);
  });
});

function idxHeader(numbers: readonly number[]): Buffer {
  const header = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => header.writeUInt32BE(number, 4 * i));
  return header;
}
