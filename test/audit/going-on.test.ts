import { compiledRunner } from '@entropic-lab/compiler';
import { openDataset, type Dataset } from '@entropic-lab/datasets';
import { audit, battery, finish, parseRecord, type AuditJob, type AuditProgress, type AuditRecord } from '@entropic-lab/evaluation';
import { AuditResult } from '@entropic-lab/protocol';
import { prepareBackend, type Runner } from '@entropic-lab/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from './attacks.ts';
import { testBed } from './test-bed.ts';
import { EPSILON } from './threat.ts';

let runner: Runner;
let dataset: Dataset;
let bed: Awaited<ReturnType<typeof testBed>>;
let whole: AuditResult;
const progress: AuditProgress[] = [];

beforeAll(async () => {
  await prepareBackend('wasm');
  runner = compiledRunner({ threads: 1, fallback: 'eager' });
  dataset = await openDataset('mnist', {}, { trainLimit: 500, testLimit: 16 });
  bed = await testBed();
  const work = audit(job());
  for (;;) {
    const step = await work.next();
    if (step.done === true) {
      whole = step.value;
      break;
    }
    progress.push(step.value);
  }
}, 600_000);

afterAll(() => runner[Symbol.asyncDispose]());

function job(more: Partial<AuditJob> = {}): AuditJob {
  const { network } = bed.models.find(({ name }) => name === 'long retraining, lambda 0')!;
  return { network, original: bed.original, runner, examples: dataset.test, surrogateImages: dataset.train, battery: 'quick', seed: 3, threat: { norm: 'linf', epsilon: EPSILON, bounds: dataset.bounds }, attackNamed: catalogue(), ...more };
}

/** All that must be the same: seconds are not. */
function evidence({ seconds: _, lines, ...rest }: AuditResult) {
  return { ...rest, lines: lines.map(({ seconds: __, ...line }) => line) };
}

describe('an audit', { timeout: 600_000 }, () => {
  it('is a record that the protocol knows, with a line for each row of the battery', () => {
    expect(AuditResult.parse(whole)).toEqual(whole);
    expect(whole.lines.map(({ id }) => id)).toEqual(battery.map(({ id }) => id));
    const measured = (id: string, name: string): number | null => whole.lines.find((line) => line.id === id)!.measured.find((one) => one.name === name)!.value;
    // Within epsilon more than half fall, says the headline; so the median of the shortest perturbations is within it, too.
    expect(measured('minimal-perturbation', 'median minimal perturbation')).toBeGreaterThan(0);
    expect(measured('minimal-perturbation', 'median minimal perturbation')).toBeLessThan(EPSILON);
    expect(measured('clever', 'median CLEVER score')).toBeGreaterThan(0);
    expect(measured('clever', 'median CLEVER score')).toBeLessThanOrEqual(2 * EPSILON);
    const { claim, headline, worstCase, correct, disproved } = whole;
    expect(worstCase.robust).toBeLessThanOrEqual(Math.min(claim.robust, headline.robust));
    expect(disproved).toBe(claim.robust - worstCase.robust);
    expect(worstCase.robust).toBe(whole.perExample.brokenBy.filter((by, index) => by === null && whole.perExample.label[index] === whole.perExample.cleanPrediction[index]).length);
    expect(claim.ofCorrect).toBe(claim.robust / correct);
  });

  it('tells how far it is, always further, to the end', () => {
    const shares = progress.map(({ share }) => share);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
    expect(shares.at(-1)).toBe(1);
    expect(progress.at(-1)!.remainingSeconds).toBe(0);
  });

  it('cancelled after a line and gone on from its record ends in the same evidence', async () => {
    const stop = new AbortController();
    let record: AuditRecord | undefined;
    const interrupted = (async () => {
      for await (const step of audit(job({ signal: stop.signal }))) {
        if (step.ended === undefined) continue;
        record = parseRecord(new TextEncoder().encode(JSON.stringify(step.record)));
        if (step.ended.line.id === 'self-scaled') stop.abort();
      }
    })();
    await expect(interrupted).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(record!.lines.at(-1)!.line.id).toBe('self-scaled');
    expect(evidence(await finish(audit(job({ resumeFrom: record }))))).toEqual(evidence(whole));
    await expect(finish(audit(job({ resumeFrom: record, seed: 4 })))).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'record' });
  });

  it('says which lines a budget or a catalogue left out, and is suspect for it', async () => {
    const limited = await finish(audit(job({ network: bed.original, original: undefined, limits: { forwardCalls: 60 } })));
    expect(limited.verdict).toBe('suspect');
    expect(limited.reasons.join()).toContain('square did not run');
    expect(limited.lines.filter(({ finding, text }) => finding === 'notRun' && text.includes('forwardCalls')).length).toBeGreaterThan(10);

    const { lines, reasons } = await finish(audit(job({ attackNamed: catalogue('square', 'fab'), limits: { forwardCalls: 60 } })));
    expect(lines.find(({ id }) => id === 'square')).toMatchObject({ finding: 'notRun' });
    expect(reasons.join()).toContain('fab-t');
    await expect(finish(audit(job({ attackNamed: catalogue('pgd') })))).rejects.toMatchObject({ code: 'UNKNOWN_PLUGIN' });
  });

  it('does not take an attack that throws for robustness', async () => {
    const noise = catalogue()('noise')!;
    const throwing = { ...noise, definition: { ...noise.definition, perturb: () => Promise.reject(new Error('out of order')) } };
    const { lines, verdict } = await finish(audit(job({ network: bed.original, limits: { forwardCalls: 60 }, attackNamed: (name) => (name === 'noise' ? throwing : catalogue()(name)) })));
    const line = lines.find(({ id }) => id === 'noise')!;
    expect(line).toMatchObject({ finding: 'concern', found: 0 });
    expect(line.text).toContain('[noise] out of order');
    expect(verdict).not.toBe('reliable');
  });
});
