import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, post, type SeenEvent } from './fixtures/plain-clients.ts';
import { root, startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

/** The body of `perturb` of each hostile attack; it sees `problem` and `tf`. */
const hostile = {
  throws: `throw new Error('I do not like this batch');`,
  'gives-nan': `return tf.fill(problem.inputs.shape, NaN);`,
  'wrong-shape': `return tf.zeros([1, 2, 3, 4]);`,
  leaks: `for (let i = 0; i < 50; i++) tf.keep(tf.zeros([100])); return problem.inputs;`,
  'never-returns': `await new Promise(() => {}); return problem.inputs;`,
  'loops-for-ever': `for (;;) {}`,
  exits: `process.exit(0);`,
  'exhausts-memory': `const all = []; for (;;) all.push(new Array(1e6).fill(0).map((_, i) => ({ i })));`,
} as const;

let folder: TemporaryFolder;
let server: RunningProcess;
let worker: RunningProcess;
let url: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
  const sources = await Promise.all(Object.entries(hostile).map(([name, body]) => writePlugin(name, body)));
  const broken = [await writePlugin('throws-on-import', '', `throw new Error('not today');`), { package: '@nobody/has-this', root: folder.path }];
  server = startProcess('apps/server/src/main.ts', ['--folder', join(folder.path, 'lab'), '--port', '0', '--logLevel', 'warn', '--maxAttempts', '1']);
  url = `${String((await server.ready)['url'])}/graphql`;
  const plugins = JSON.stringify([...sources, ...broken, ...(JSON.parse(standardPlugins) as unknown[])]);
  worker = startProcess('apps/worker/src/main.ts', ['--url', new URL(url).origin, '--plugins', plugins, '--silence-seconds', '40', '--heap-mb', '512']);
  await worker.ready;
});

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

async function writePlugin(name: string, body: string, first = ''): Promise<{ package: string; root: string }> {
  const own = join(folder.path, name);
  await mkdir(own);
  const manifest = { name, version: '1.0.0', type: 'module', keywords: ['entropic-lab-plugin'], entropic: { plugin: './index.js' } };
  await writeFile(join(own, 'package.json'), JSON.stringify(manifest));
  await writeFile(
    join(own, 'index.js'),
    `import { defineAttack } from '@entropic-lab/plugin-sdk';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
${first}
export default defineAttack({
  name: '${name}', version: '1.0.0', title: '${name}', summary: '', options: z.strictObject({}),
  norms: ['linf'], needs: ['logits'], search: 'bounded',
  async perturb(problem) { ${body} },
});
`,
  );
  return { package: own, root: folder.path };
}

/** Runs an attack on a little trained network, and after it FGSM. */
async function attackWith(plugin: string, limits?: { seconds: number }): Promise<SeenEvent[]> {
  const input = {
    dataset: { name: 'mnist', trainLimit: 512, testLimit: 20 },
    model: { architecture: 'lenet5' },
    training: { epochs: 2, batchSize: 32 },
    evaluation: { attacks: [{ plugin, epsilon: 0.1 }, { plugin: 'fgsm', epsilon: 0.1 }], ...(limits === undefined ? {} : { limits }) },
  };
  const { data, errors } = await post(url, 'mutation ($input: RunSpecInput!) { startRun(input: $input) { id } }', { input });
  expect(errors).toBeUndefined();
  return follow(url, { runId: (data as unknown as { startRun: { id: string } }).startRun.id, after: 0 });
}

interface Result {
  readonly plugin: string;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly attackSuccessRate: number;
  readonly robustAccuracy: number;
  readonly messages: readonly string[];
}

function resultsIn(events: readonly SeenEvent[]): readonly Result[] {
  expect(events.at(-1)).toMatchObject({ body: { status: 'succeeded' } });
  return (events.find(({ type }) => type === 'evaluated')!.body as { evaluation: { attacks: readonly Result[] } }).evaluation.attacks;
}

/** The worker and the lab go on: a run without hostile plugins succeeds. */
async function stillServes(): Promise<void> {
  expect(worker.child.exitCode).toBeNull();
  expect(resultsIn(await attackWith('fgsm'))).toHaveLength(2);
}

describe('a hostile plugin', () => {
  it('that cannot be loaded is left out and named in the log, the others are there', async () => {
    const { data } = await post(url, '{ plugins(kind: attack) { name } }');
    const names = (data as unknown as { plugins: { name: string }[] }).plugins.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['fgsm', 'pgd', ...Object.keys(hostile)]));
    expect(names).not.toContain('throws-on-import');
    expect(worker.printed()).toMatch(/throws-on-import.*not today/);
    expect(worker.printed()).toMatch(/@nobody\/has-this/);
  });

  it.each([
    ['throws', /I do not like this batch/],
    ['gives-nan', /finite/],
    ['wrong-shape', /shape/],
  ] as const)('that %s ends its own evaluation as error, and the next attack runs', async (plugin, message) => {
    const [bad, good] = resultsIn(await attackWith(plugin));
    expect(bad!.outcomes['error']).toBeGreaterThan(0);
    expect(bad!.outcomes).toMatchObject({ found: 0, notFound: 0 });
    expect(bad!.robustAccuracy).toBe(0);
    expect(bad!.messages.join()).toMatch(message);
    expect(good!.outcomes['error']).toBe(0);
  });

  it('that leaks tensors leaves none behind and is judged as it answers', async () => {
    const [bad] = resultsIn(await attackWith('leaks'));
    expect(bad!.outcomes).toMatchObject({ found: 0, error: 0 });
  });

  it('that never returns is out of budget after its time', async () => {
    const [bad, good] = resultsIn(await attackWith('never-returns', { seconds: 2 }));
    expect(bad!.outcomes['outOfBudget']).toBeGreaterThan(0);
    expect(bad!.robustAccuracy).toBe(0);
    expect(good!.outcomes['outOfBudget']).toBe(0);
  });

  it.each([
    ['loops-for-ever', 'OUT_OF_BUDGET'],
    ['exits', 'RUNNER_DIED'],
    ['exhausts-memory', 'RUNNER_DIED'],
  ] as const)('that %s ends its run as %s, and the worker goes on', async (plugin, code) => {
    const events = await attackWith(plugin);
    expect(events.at(-1)).toMatchObject({ type: 'finished', body: { status: 'failed', error: { code } } });
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(2);
    await stillServes();
  });
});
