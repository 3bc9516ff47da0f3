import type { RunEventBody } from '@entropic-lab/protocol';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type Client } from './index.ts';
import { exampleWorker } from './testing/example-worker.ts';
import { labProcess, type LabProcess } from './testing/lab-process.ts';

const time = '2026-01-02T03:04:05.678Z';
let lab: LabProcess;
let client: Client;
let folder: string;
const working = new AbortController();
let work: Promise<void>;

beforeAll(async () => {
  lab = await labProcess();
  client = createClient({ url: lab.url });
  // Within the package, so that its name leads to it.
  folder = await mkdtemp(join(import.meta.dirname, '../.readme-'));
  const worker = exampleWorker();
  await client.worker.register(worker);
  work = compute(worker.id);
}, 120_000);
afterAll(async () => {
  working.abort();
  await work?.catch(() => undefined);
  await client?.[Symbol.asyncDispose]();
  await lab?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}, 60_000);

const measured = {
  cleanAccuracy: 0.75, testExamples: 100, entropies: { layers: [], networkEntropy: -1, entropyFlow: 40 }, diagnosis: { medianLogitMargin: 5, zeroGradientShare: 0, saturatedShare: 0 },
};

function attack(found: number) {
  return {
    plugin: 'pgd', version: '1', hash: 'a', norm: 'linf' as const, epsilon: 0.3, options: {}, shown: 'logits' as const, examples: 100, outcomes: { found, notFound: 100 - found, error: 0, outOfBudget: 0, skippedMisclassified: 0 },
    attackSuccessRate: found / 100, attackSuccessInterval: null, robustAccuracy: 1 - found / 100, medianDistance: null,
    perExample: { label: [], cleanPrediction: [], prediction: [], outcome: [], distance: [] }, forwardCalls: 1, backwardCalls: 1, seconds: 1, messages: [],
  };
}

/** Answers every run with two epochs and an attack that succeeds on 5 % of the first, 95 % of the second. */
async function compute(workerId: string): Promise<void> {
  for (let done = 0; !working.signal.aborted; ) {
    const claim = await client.worker.claim(workerId, { waitSeconds: 5, signal: working.signal });
    if (claim === undefined) continue;
    const { lease, nextSeq } = claim;
    const epoch = (at: number) => ({ ...measured, epoch: at, steps: 1, loss: { total: 1 / at }, learningRate: 1e-3, attacks: [], trainSeconds: 1, evaluationSeconds: 1 });
    const bodies: RunEventBody[] = [{ type: 'epoch', metrics: epoch(1) }, { type: 'epoch', metrics: epoch(2) }, { type: 'evaluated', evaluation: { ...measured, attacks: [attack(done === 0 ? 5 : 95)] } }];
    await client.worker.report({ ...lease, events: bodies.map((body, at) => ({ seq: nextSeq + at, time, body })) });
    await client.worker.finish({ ...lease, seq: nextSeq + 3, time, status: 'succeeded' });
    done += 1;
  }
}

async function snippets(): Promise<string[]> {
  const text = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!);
}

async function run(code: string): Promise<string> {
  const file = join(folder, 'snippet.ts');
  await writeFile(file, code);
  const child = spawn(process.execPath, ['--import', 'tsx', file], { cwd: folder, env: { ...process.env, ENTROPIC_URL: lab.url, FORCE_COLOR: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  const [status] = (await once(child, 'close')) as [number];
  if (status !== 0) throw new Error(output);
  return output;
}

describe('the examples of the README', () => {
  it('run as they are written', async () => {
    const [start, table, exported, ...more] = await snippets();
    expect(more).toEqual([]);
    expect(await run(start!)).toBe('epoch 1: accuracy 0.75\nepoch 2: accuracy 0.75\nthe run succeeded\n');
    await run(start!);
    const shown = await run(table!);
    expect(shown).toMatch(/│ 0.05 +│/);
    expect(shown).not.toMatch(/0\.95/);
    expect(await run(exported!)).toBe('written to runs.csv\n');
    const [header, ...lines] = (await readFile(join(folder, 'runs.csv'), 'utf8')).trim().split('\r\n').map((line) => line.split(','));
    expect(lines.map((cells) => [cells[header!.indexOf('status')], cells[header!.indexOf('cleanAccuracy')], cells[header!.indexOf('attackSuccessRate/pgd/linf/0.3')]])).toEqual([
      ['succeeded', '0.75', '0.95'],
      ['succeeded', '0.75', '0.05'],
    ]);
  }, 120_000);
});
