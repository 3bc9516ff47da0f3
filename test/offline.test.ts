import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, temporaryFolder, type TemporaryFolder } from './fixtures/processes.ts';

let folder: TemporaryFolder;
let weights: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  weights = join(folder.path, 'weights.safetensors');
});

afterAll(() => folder?.[Symbol.asyncDispose]());

const task = ['--dataset', 'mnist', '--test-limit', '60', '--model', 'lenet5'];

async function entropic(...args: string[]): Promise<{ code: number | null; text: string }> {
  await using process = startProcess('apps/cli/src/main.ts', args);
  const { code } = await process.ended;
  return { code, text: process.printed() };
}

interface Evaluation {
  readonly cleanAccuracy: number;
  readonly entropies: { readonly entropyFlow: number };
  readonly attacks: readonly { readonly plugin: string; readonly outcomes: Readonly<Record<string, number>> }[];
}

/** The final evaluation from the lines of `--json`. */
function evaluationIn(text: string): Evaluation {
  const bodies = text.trim().split('\n').map((line) => (JSON.parse(line) as { body: { type: string; evaluation?: Evaluation } }).body);
  return bodies.find(({ type }) => type === 'evaluated')!.evaluation!;
}

describe('entropic without a lab', () => {
  it('trains and writes weights, from which attack and entropy measure the same network', async () => {
    const trained = await entropic('train', ...task, '--train-limit', '1024', '--epochs', '2', '--attack', 'fgsm@0.2', '--out', weights, '--json');
    expect(trained.code, trained.text).toBe(0);
    const attacked = await entropic('attack', ...task, '--weights', weights, '--attack', 'fgsm@0.2', '--json');
    expect(attacked.code, attacked.text).toBe(0);
    const measured = await entropic('entropy', ...task, '--weights', weights, '--json');

    const [first, second, third] = [trained, attacked, measured].map(({ text }) => evaluationIn(text));
    expect(second!.attacks.map(({ outcomes }) => outcomes)).toEqual(first!.attacks.map(({ outcomes }) => outcomes));
    expect(second!.cleanAccuracy).toBe(first!.cleanAccuracy);
    expect(third!.entropies).toEqual(first!.entropies);
    expect(third!.attacks).toEqual([]);
  });

  it('prints tables for people', async () => {
    const { code, text } = await entropic('entropy', ...task, '--weights', weights);
    expect(code, text).toBe(0);
    expect(text).toMatch(/conv2d_1 +4704 +-?[\d.]+[^]*E_N -?[\d.]+ +E_T -?[\d.]+/);
  });

  it('says in the table of an attack what an audit says, and that there was none', async () => {
    const few = ['attack', ...task.slice(0, 2), '--test-limit', '3', '--model', 'lenet5', '--weights', weights, '--attack', 'fgsm@0.2'];
    const plain = await entropic(...few);
    expect(plain.text).toMatch(/median shortest perturbation found, linf +(-|0\.2000)\n[^]*verdict of the audit +not audited/);
    const { code, text } = await entropic(...few, '--audit', 'linf@0.2', '--battery', 'quick');
    expect(code, text).toBe(0);
    expect(text).toMatch(/query attack \(Square\) +\d+\.\d\d % \([^)]* of \d\)[^]*verdict of the audit +(reliable|suspect|masked|broken) \(linf 0\.2\)/);
  }, 300_000);

  it.each([
    ['damaged weights', async () => writeFile(join(folder.path, 'bad'), (await readFile(weights)).subarray(0, 1000)), ['entropy', ...task, '--weights', 'bad'], 'BAD_WEIGHTS'],
    ['weights of another network', async () => {}, ['entropy', ...task.slice(0, -1), 'mnist-cnn', '--weights', 'weights.safetensors'], 'BAD_WEIGHTS'],
    ['a device that is not there', async () => {}, ['entropy', ...task, '--weights', 'weights.safetensors', '--device', 'gpu:99'], 'NO_ENGINE'],
    ['no attack', async () => {}, ['attack', ...task, '--weights', 'weights.safetensors'], 'INVALID_INPUT'],
    ['no epochs', async () => {}, ['train', ...task], 'INVALID_INPUT'],
    ['an unknown dataset to fetch', async () => {}, ['data', 'fetch', 'mnits'], 'UNKNOWN_DATASET'],
  ])('refuses %s', async (_, prepare, args, code) => {
    await prepare();
    const answer = await entropic(...args.map((arg) => (arg === 'bad' || arg === 'weights.safetensors' ? join(folder.path, arg) : arg)));
    expect(answer).toMatchObject({ code: 1, text: expect.stringContaining(code) });
  });

  it('stops at Ctrl-C and leaves no file behind', async () => {
    const out = join(folder.path, 'never.safetensors');
    await using process = startProcess('apps/cli/src/main.ts', ['train', ...task, '--epochs', '500', '--out', out, '--json']);
    while (!process.printed().includes('"phase":"train"')) await new Promise((resolve) => process.child.stdout!.once('data', resolve));
    process.child.kill('SIGINT');
    expect(await process.ended).toMatchObject({ code: 1 });
    expect(process.printed()).toContain('CANCELLED');
    expect(await readdir(folder.path)).not.toContain('never.safetensors');
  });
});
