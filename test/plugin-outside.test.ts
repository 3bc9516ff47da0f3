import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, post } from './fixtures/plain-clients.ts';
import { root, startProcess, temporaryFolder, type TemporaryFolder } from './fixtures/processes.ts';

/** Runs a command to its end. Rejects with what it printed where it fails. */
async function command(cwd: string, file: string, ...args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { cwd, maxBuffer: 2 ** 26 });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${file} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** An attack that is nowhere in the repository: momentum, from several random starts, kept by example. */
const restless = `
import { clipToBounds, defineAttack, inputGradient, objective, project, randomStart, succeeded } from '@entropic-lab/plugin-sdk';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const options = z.strictObject({
  steps: z.int().min(1).default(10).meta({ title: 'Steps' }),
  restarts: z.int().min(1).default(3).meta({ title: 'Restarts' }),
  decay: z.number().min(0).default(1).meta({ title: 'Decay', description: 'Of the momentum.' }),
});

export default defineAttack({
  name: 'restless-momentum',
  version: '0.1.0',
  title: 'Momentum with random restarts',
  summary: 'Sign steps along an accumulated gradient, from several random starts.',
  options,
  norms: ['linf'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'bounded',
  async perturb(problem) {
    const { inputs: x0, model, criterion, threat, options: { steps, restarts, decay }, loop } = problem;
    const goal = objective(criterion, 'crossEntropy');
    let best = x0;
    for (let restart = 0; restart < restarts; restart++) {
      const x = restart === 0 ? x0 : randomStart(problem);
      const end = await loop(steps, { x, velocity: tf.zerosLike(x0) }, ({ x, velocity }) => {
        const gradient = inputGradient(model, x, goal);
        const length = tf.maximum(tf.sum(tf.abs(gradient), [1, 2, 3], true), 1e-30);
        const next = tf.add(tf.mul(velocity, decay), tf.div(gradient, length)) as tf.Tensor4D;
        const step = tf.mul(tf.sign(next), (2 * threat.epsilon) / steps);
        return { x: clipToBounds(project(tf.add(x, step) as tf.Tensor4D, x0, threat), threat), velocity: next };
      });
      const kept = tf.reshape(succeeded(criterion, model.logits(best)), [-1, 1, 1, 1]);
      best = tf.where(tf.cast(kept, 'bool'), best, end.x) as tf.Tensor4D;
    }
    return best;
  },
});
`;

let folder: TemporaryFolder;
let packs: string;
let plugin: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  packs = join(folder.path, 'packs');
  plugin = join(folder.path, 'restless-momentum');
});

afterAll(() => folder?.[Symbol.asyncDispose]());

/** The blocks of a language in a page of the docs, in order. */
async function blocks(page: string, language: string): Promise<string[]> {
  const text = await readFile(join(root, 'docs', page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```/gm)].filter(([, found]) => found === language).map(([, , block]) => block!);
}

const tarball = async (name: string): Promise<string> => join(packs, (await readdir(packs)).find((file) => file.startsWith(name))!);

/** The examples of the client's README, in order. */
async function clientExamples(): Promise<string[]> {
  const text = await readFile(join(root, 'libs', 'client', 'README.md'), 'utf8');
  return [...text.matchAll(/^```ts\n([^]*?)^```/gm)].map(([, block]) => block!);
}

describe('an attack of a third party, in a folder of its own', () => {
  it('is scaffolded from packed tarballs, written, and passes its conformance kit', async () => {
    await command(root, 'npm', 'run', '-s', 'pack', '--', packs);
    const creator = join(folder.path, 'creator');
    await mkdir(creator);
    await command(creator, 'npm', 'install', '--no-audit', '--no-fund', await tarball('create-entropic-plugin'));
    await command(folder.path, process.execPath, join(creator, 'node_modules', '.bin', 'create-entropic-plugin'), 'restless-momentum', '--sdk', `file:${await tarball('entropic-lab-plugin-sdk')}`);
    const needed = await Promise.all(['protocol', 'tensor', 'models', 'plugin-sdk'].map((name) => tarball(`entropic-lab-${name}`)));
    await command(plugin, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...needed);
    expect(await command(plugin, 'npm', 'test')).toMatch(/Tests .*passed/);

    await writeFile(join(plugin, 'src', 'index.ts'), restless);
    expect(await command(plugin, 'npm', 'test')).toMatch(/Tests .*passed/);

    await command(folder.path, process.execPath, join(creator, 'node_modules', '.bin', 'create-entropic-plugin'), 'small-logits', '--kind', 'loss');
    await symlink(join(plugin, 'node_modules'), join(folder.path, 'small-logits', 'node_modules'));
    expect(await command(join(folder.path, 'small-logits'), 'npm', 'test')).toMatch(/Tests .*passed/);
  }, 600_000);

  it('is written by following the guide, from its first line to its last', async () => {
    const creator = join(folder.path, 'creator', 'node_modules', '.bin', 'create-entropic-plugin');
    const [create] = (await blocks('your-first-attack.md', 'sh')).map((block) => block.trim().split('\n'));
    const name = /^npm create entropic-plugin (\S+)$/.exec(create![0]!)![1]!;
    await command(folder.path, process.execPath, creator, name);
    const mine = join(folder.path, name);
    await symlink(join(plugin, 'node_modules'), join(mine, 'node_modules'));
    await writeFile(join(mine, 'src', 'index.ts'), (await blocks('your-first-attack.md', 'ts'))[0]!);
    expect(await command(mine, 'npm', 'test')).toMatch(/Tests .*passed/);

    await writeFile(join(folder.path, 'entropic.config.mjs'), (await blocks('your-first-attack.md', 'js'))[0]!);
    await using up = startProcess('apps/cli/src/main.ts', ['up', '--folder', join(folder.path, 'guide'), '--port', '0'], { cwd: folder.path });
    const url = await up.printedMatch(/Entropic Lab is at (\S+)/);
    const runLine = (await blocks('your-first-attack.md', 'sh')).flatMap((block) => block.trim().split('\n')).find((line) => line.startsWith('npx entropic run'))!;
    await using run = startProcess('apps/cli/src/main.ts', [...runLine.split(' ').slice(2), '--url', url]);
    expect(await run.ended, run.printed()).toMatchObject({ code: 0 });
    await using described = startProcess('apps/cli/src/main.ts', ['plugins', name, '--url', url]);
    await described.ended;
    expect(described.printed()).toMatch(/hurry +number +2 +All steps together/);
  }, 300_000);

  it('runs in a lab that names it in its configuration, by mutation, with its result in the query', async () => {
    const home = join(folder.path, 'home');
    await mkdir(home);
    await writeFile(join(home, 'entropic.config.mjs'), `export default { plugins: [${JSON.stringify(plugin)}] };\n`);
    await using up = startProcess('apps/cli/src/main.ts', ['up', '--folder', join(home, 'lab'), '--port', '0'], { cwd: home });
    const url = `${await up.printedMatch(/Entropic Lab is at (\S+)/)}/graphql`;

    const input = {
      dataset: { name: 'mnist', trainLimit: 512, testLimit: 40 },
      model: { architecture: 'lenet5' },
      training: { epochs: 2, batchSize: 32 },
      evaluation: { examples: 20, attacks: [{ plugin: 'restless-momentum', epsilon: 0.3, options: { restarts: 2 } }] },
    };
    const { data, errors } = await post(url, 'mutation ($input: RunSpecInput!) { startRun(input: $input) { id } }', { input });
    expect(errors).toBeUndefined();
    const runId = (data as unknown as { startRun: { id: string } }).startRun.id;
    const events = await follow(url, { runId, after: 0 });
    expect(events.at(-1)).toMatchObject({ body: { status: 'succeeded' } });
    expect(events.filter(({ type }) => type === 'log')).toEqual([]);

    const answer = await post(url, 'query ($id: ID!) { run(id: $id) { headline { attacks { plugin attackSuccessRate } } } plugins(kind: attack) { name package hash } }', { id: runId });
    const { run, plugins } = answer.data as unknown as { run: { headline: { attacks: { plugin: string; attackSuccessRate: number }[] } }; plugins: { name: string; package: string; hash: string }[] };
    expect(run.headline.attacks).toMatchObject([{ plugin: 'restless-momentum' }]);
    expect(run.headline.attacks[0]!.attackSuccessRate).toBeGreaterThan(0.9);
    expect(plugins).toContainEqual({ name: 'restless-momentum', package: 'restless-momentum', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const { evaluation } = events.find(({ type }) => type === 'evaluated')!.body as { evaluation: { attacks: { options: unknown; version: string }[] } };
    expect(evaluation.attacks[0]).toMatchObject({ version: '0.1.0', options: { steps: 10, restarts: 2, decay: 1 } });
  });
});

describe('a program outside, with the packed client alone', () => {
  it("runs the README's examples in plain Node against a lab, and has their types", async () => {
    const home = join(folder.path, 'program');
    await mkdir(home);
    await writeFile(join(home, 'package.json'), '{ "name": "program", "private": true, "type": "module" }\n');
    await command(home, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', await tarball('entropic-lab-protocol'), await tarball('entropic-lab-client'));
    expect((await readdir(join(home, 'node_modules', '@entropic-lab'))).sort()).toEqual(['client', 'protocol']);
    await using up = startProcess('apps/cli/src/main.ts', ['up', '--folder', join(home, 'lab'), '--port', '0'], { cwd: home });
    const url = await up.printedMatch(/Entropic Lab is at (\S+)/);
    const printed: string[] = [];
    for (const [at, example] of (await clientExamples()).entries()) {
      // The first is the same with fewer images: a run of a whole data set takes its time.
      const shorter = example.replace("{ name: 'mnist' }", "{ name: 'mnist', trainLimit: 256, testLimit: 40 }").replace('evaluation: {', 'evaluation: { examples: 10,');
      for (const kind of ['mjs', 'ts']) await writeFile(join(home, `example-${at}.${kind}`), shorter);
      printed.push(await command(home, 'env', `ENTROPIC_URL=${url}`, process.execPath, `example-${at}.mjs`));
    }
    expect(printed).toHaveLength(3);
    expect(printed[0]).toMatch(/^epoch 1: accuracy \d[.\d]*\nepoch 2: accuracy \d[.\d]*\nthe run succeeded\n$/);
    expect(printed[1]).toMatch(/cleanAccuracy|^┌/);
    expect(printed[2]).toBe('written to runs.csv\n');
    expect((await readFile(join(home, 'runs.csv'), 'utf8')).trim().split('\r\n')).toHaveLength(2);

    // Types of the package as installed: what the examples use is known, and what is not is refused.
    await writeFile(join(home, 'wrong.ts'), "import { createClient } from '@entropic-lab/client';\nawait createClient({ url: '' }).startRun({ dataset: { nome: 'mnist' }, model: { architecture: 'lenet5' } });\n");
    const options = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', lib: ['esnext'], types: ['node'], typeRoots: [join(root, 'node_modules', '@types')], skipLibCheck: true };
    await writeFile(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
    const told = await command(home, process.execPath, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.').catch((error: Error) => error.message);
    const faults = told.split('\n').filter((line) => line.includes('error TS'));
    expect(faults).toEqual([expect.stringMatching(/^wrong\.ts\(2,\d+\): error TS/)]);
  }, 300_000);
});
