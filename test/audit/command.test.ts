import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AuditResult } from '@entropic-lab/protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProcess, temporaryFolder, type TemporaryFolder } from '../fixtures/processes.ts';

const weights = fileURLToPath(new URL('../../libs/plugin-sdk/fixtures/lenet5.safetensors', import.meta.url));
const task = ['audit', '--weights', weights, '--dataset', 'mnist', '--train-limit', '500', '--test-limit', '12', '--model', 'lenet5', '--audit', 'linf@0.3', '--battery', 'quick'];
let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder?.[Symbol.asyncDispose]());

async function entropic(...args: string[]): Promise<{ code: number | null; text: string }> {
  await using process = startProcess('apps/cli/src/main.ts', args);
  const { code } = await process.ended;
  return { code, text: process.printed() };
}

interface Body {
  readonly type: string;
  readonly label?: string;
  readonly evaluation?: { readonly audit: unknown };
}

function bodies(text: string): Body[] {
  return text.trim().split('\n').map((line) => (JSON.parse(line) as { body: Body }).body);
}

function evidence(text: string) {
  const { seconds: _, lines, ...rest } = AuditResult.parse(bodies(text).find(({ type }) => type === 'evaluated')!.evaluation!.audit);
  return { ...rest, lines: lines.map(({ seconds: __, ...line }) => line) };
}

it('audits weights, keeps its record line by line, and goes on after Ctrl-C to the same evidence', async () => {
  const record = join(folder.path, 'audit.json');
  // The calls last for the signs, the claim and what is held against it; what the attacks of the headline say is tested without a process.
  const limited = [...task, '--set', 'evaluation.audit.limits.forwardCalls=1000'];
  const whole = await entropic(...limited, '--json');
  expect(whole.code, whole.text).toBe(0);
  // A LeNet-5 trained on clean images alone: nothing is left of it at 0.3.
  expect(evidence(whole.text)).toMatchObject({ verdict: 'suspect', claim: { robust: 0 }, worstCase: { robust: 0 } });
  expect(bodies(whole.text).some(({ label }) => label === 'audit: Randomness of the output')).toBe(true);

  const lines = async (): Promise<number> => (JSON.parse(await readFile(record, 'utf8')) as { lines: unknown[] }).lines.length;
  {
    await using cut = startProcess('apps/cli/src/main.ts', [...limited, '--record', record, '--json']);
    // Seconds before the end, on any machine: the second of the lines.
    await cut.printedMatch(/"label":"audit: A softmax where logits belong"/);
    cut.child.kill('SIGINT');
    expect(await cut.ended).toMatchObject({ code: 1 });
    expect(cut.printed()).toContain('CANCELLED');
  }
  expect(await lines()).toBeGreaterThan(0);
  expect(await lines()).toBeLessThan(evidence(whole.text).lines.length);
  const rest = await entropic(...limited, '--record', record, '--json');
  expect(evidence(rest.text)).toEqual(evidence(whole.text));
  expect(bodies(rest.text).some(({ label }) => label === 'audit: Randomness of the output')).toBe(false);
  expect(await lines()).toBe(evidence(whole.text).lines.length);

  const { text } = await entropic(...limited, '--record', record);
  expect(text).toContain('verdict: suspect');
  expect(text).toContain('square did not run');
  expect(text).toMatch(/claim: PGD, cross-entropy \(0\) +0\.00 %/);
}, 600_000);

it('asks for a threat model', async () => {
  const { code, text } = await entropic(...task.slice(0, -4));
  expect(code).toBe(1);
  expect(text).toContain('Give --audit');
});
