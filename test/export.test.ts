import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '@entropic-lab/client';
import { root, startProcess, temporaryFolder, type TemporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

/** Debian's, which has Debian's packages. */
const PYTHON = '/usr/bin/python3';
const run = promisify(execFile);

const has = async (module: string): Promise<boolean> => await run(PYTHON, ['-c', `import ${module}`]).then(() => true, () => false);
const [torch, onnx] = [await has('torch'), await has('onnx')];
if (!torch || !onnx) console.warn(`SKIPPED: exports against PyTorch and the ONNX checker; not there: ${[torch ? [] : ['torch'], onnx ? [] : ['onnx']].flat().join(', ')} (Debian: python3-torch, python3-onnx).`);

let folder: TemporaryFolder;
let overHttp: string;
let fromFolder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const lab = join(folder.path, 'lab');
  [overHttp, fromFolder] = [join(folder.path, 'over-http'), join(folder.path, 'from-folder')];
  let id: string;
  {
    await using server = startProcess('apps/server/src/main.ts', ['--folder', lab, '--port', '0', '--logLevel', 'warn']);
    const url = String((await server.ready)['url']);
    await using client = createClient({ url });
    {
      await using worker = startProcess('apps/worker/src/main.ts', ['--url', url, '--plugins', standardPlugins]);
      await worker.ready;
      const attack = (plugin: string, norm: 'linf' | 'l2', epsilon: number) => ({ plugin, norm, epsilon, preset: 'foolbox', ...(plugin === 'pgd' ? { options: { randomStart: false } } : {}) });
      ({ id } = await client.startRun({
        dataset: { name: 'mnist', trainLimit: 2000, testLimit: 200 },
        model: { architecture: 'lenet5' },
        training: { epochs: 1, batchSize: 32 },
        evaluation: { examples: 200, attacks: [attack('fgsm', 'linf', 0.05), attack('pgd', 'linf', 0.05), attack('pgd', 'l2', 1)] },
      }));
      for await (const { body } of client.follow(id)) if (body.type === 'finished') expect(body).toMatchObject({ status: 'succeeded' });
    }
    await entropicExport(id, '--url', url, '--out', overHttp);
  }
  await entropicExport(id, '--folder', lab, '--out', fromFolder, '--examples', '50');
}, 300_000);

afterAll(() => folder?.[Symbol.asyncDispose]());

async function entropicExport(...args: string[]): Promise<void> {
  await using process = startProcess('apps/cli/src/main.ts', ['export', ...args]);
  expect((await process.ended).code, process.printed()).toBe(0);
}

describe('entropic export', () => {
  it('writes the same network from a lab that runs and from a folder', async () => {
    const files = ['README.md', 'examples.safetensors', 'gradient.onnx', 'network.json', 'network.onnx', 'run.json', 'weights.safetensors'];
    for (const from of [overHttp, fromFolder]) expect((await readdir(from)).sort()).toEqual(files);
    const same = files.filter((name) => name !== 'examples.safetensors');
    for (const name of same) expect(await readFile(join(fromFolder, name)), name).toEqual(await readFile(join(overHttp, name)));
    expect((await readFile(join(overHttp, 'examples.safetensors'))).length).toBeGreaterThan(200 * 784);
    expect((await readFile(join(fromFolder, 'examples.safetensors'))).length).toBeLessThan(60 * 784);
    expect(JSON.parse(await readFile(join(overHttp, 'network.json'), 'utf8'))).toMatchObject({ input: { shape: [28, 28, 1] }, weights: { 'logits/kernel': { shape: [84, 10], axes: '[inputs, outputs]' } } });
  });

  it('says what is wrong with a run that is not there', async () => {
    await using process = startProcess('apps/cli/src/main.ts', ['export', 'nothing', '--folder', join(folder.path, 'nowhere')]);
    expect((await process.ended).code).toBe(1);
    expect(process.printed()).toContain('expected the data folder of a lab');
  });

  it.skipIf(!torch || !onnx)('gives PyTorch the network that the lab attacked, and files that the ONNX checker accepts', async () => {
    const { stdout } = await run(PYTHON, [join(root, 'tools/peers/attack_export.py'), overHttp, '--examples', '200', '--json']);
    const { attacks, onnx: files } = JSON.parse(stdout) as { attacks: { lab: [number, number]; here: [number, number]; agrees: boolean }[]; onnx: unknown };
    expect(files).toEqual({ 'network.onnx': [['batch', 28, 28, 1], ['batch', 10]], 'gradient.onnx': [[1, 28, 28, 1], [1, 10], [1, 10], [1, 28, 28, 1]] });
    expect(attacks).toHaveLength(3);
    for (const { lab, here, agrees } of attacks) {
      expect(agrees).toBe(true);
      expect(Math.abs(lab[0] - here[0])).toBeLessThanOrEqual(2);
      // Neither none nor all, or agreement says nothing.
      expect(lab[0]).toBeGreaterThan(5);
      expect(lab[0]).toBeLessThan(lab[1]);
    }
  });
});
