import { LabError, type AuditResult } from '@entropic-lab/protocol';
import { Rng } from '@entropic-lab/tensor';
import type { AttackLimits } from '@entropic-lab/plugin-sdk/host';
import { accuracy, throwIfCancelled } from '../predict.ts';
import { battery, batteryPlugins, headlineIds } from './battery.ts';
import { notRun, type AuditJob, type BatteryLine, type LineContext, type LineOutcome } from './line.ts';
import { auditResult } from './result.ts';
import { checkRecord, fingerprint, type AuditRecord, type CompletedLine } from './record.ts';
import { scales } from './scale.ts';
import { TimeLeft } from './time-left.ts';

/** How far an audit is. With a line that just ended comes the record from which another attempt can go on. */
export interface AuditProgress {
  /** The line at work, or that just ended. */
  readonly title: string;
  readonly ended: CompletedLine | undefined;
  readonly record: AuditRecord;
  /** Share of the whole work that is done, by the calls it takes, and the seconds that are left at the pace so far. */
  readonly share: number;
  readonly remainingSeconds: number | null;
}

/**
 * Runs the battery on a network, line by line in a fixed order, and judges what the claimed robust accuracy is worth.
 * The same job gives the same evidence but for its seconds, also when it goes on from the record of an interrupted one.
 * @throws LabError CANCELLED; UNKNOWN_PLUGIN where the catalogue lacks the attack that makes the claim; INVALID_INPUT for
 *   images that do not fit the network, or the record of another audit.
 */
export async function* audit(job: AuditJob): AsyncGenerator<AuditProgress, AuditResult, undefined> {
  const setting = await open(job);
  const completed: CompletedLine[] = [...(job.resumeFrom?.lines ?? [])];
  const time = new TimeLeft(battery, setting);
  completed.forEach(({ line }) => time.skip(line.id));
  const say = (line: BatteryLine, ended?: CompletedLine): AuditProgress => ({ title: line.title, ended, record: { format: 1, of: setting.of, lines: [...completed] }, ...time.progress() });
  for (const line of battery.slice(completed.length)) {
    throwIfCancelled(job.signal);
    const context = contextOf(setting, line, completed);
    time.begin(line.id, attackedBy(line, context) - (headlineIds.includes(line.id) ? brokenSoFar(completed) : 0));
    yield say(line);
    const work = within(context, line);
    let step = await work.next();
    for (; step.done !== true; step = await work.next()) {
      time.advance(step.value);
      yield say(line);
    }
    time.end();
    completed.push(recorded(line, step.value, time.lastSeconds));
    if (headlineIds.includes(line.id)) time.survivors(line.id, context.correct.length - brokenSoFar(completed));
    yield say(line, completed.at(-1));
  }
  return auditResult(setting, completed);
}

/** What every line of one audit shares. */
export interface Setting {
  readonly job: AuditJob;
  readonly of: string;
  readonly clean: Int32Array;
  readonly correct: Int32Array;
  readonly sample: Int32Array;
}

async function open(job: AuditJob): Promise<Setting> {
  if (job.attackNamed('pgd') === undefined) throw new LabError('UNKNOWN_PLUGIN', '[audit] expected the attack pgd in the catalogue, which makes the claim, got none. Load @entropic-lab/attack-pgd.');
  if (!(job.threat.epsilon > 0)) throw new LabError('INVALID_INPUT', `[audit] expected epsilon > 0, got ${job.threat.epsilon} (audit.epsilon).`, { path: 'audit.epsilon' });
  const of = await fingerprint(job, batteryPlugins);
  checkRecord(job.resumeFrom, of);
  const { predictions: clean } = await accuracy(job);
  const correct = Int32Array.from(clean.keys()).filter((index) => clean[index] === job.examples.labels[index]);
  return { job, of, clean, correct, sample: correct.slice(0, scales[job.battery].sample) };
}

function contextOf(setting: Setting, line: BatteryLine, completed: readonly CompletedLine[]): LineContext {
  const { job } = setting;
  return {
    ...setting,
    scale: scales[job.battery],
    rng: new Rng(job.seed).fork('audit').fork(line.id),
    limits: remaining(job.limits, completed),
    earlier: (id) => completed.find(({ line: { id: other, finding } }) => other === id && finding !== 'notRun'),
  };
}

/** What completed lines leave of the limits; undefined: none were set. */
function remaining(limits: AttackLimits | undefined, completed: readonly CompletedLine[]): AttackLimits | undefined {
  if (limits === undefined) return undefined;
  const used = (key: 'seconds' | 'forwardCalls' | 'backwardCalls') => completed.reduce((sum, { line }) => sum + line[key], 0);
  const left = (key: 'seconds' | 'forwardCalls' | 'backwardCalls') => (limits[key] === undefined ? undefined : limits[key] - used(key));
  return { seconds: left('seconds'), forwardCalls: left('forwardCalls'), backwardCalls: left('backwardCalls') };
}

/** Runs the line, unless nothing is left for it, or there is nothing to look at. */
async function* within(context: LineContext, line: BatteryLine): AsyncGenerator<number, LineOutcome, undefined> {
  const spent = Object.entries(context.limits ?? {}).find(([, left]) => left !== undefined && left <= 0);
  if (spent !== undefined) return notRun(`The audit's limit of ${spent[0]} was used up before it.`);
  if (context.sample.length === 0) return notRun('No example is classified correctly.');
  return yield* line.run(context);
}

/** Examples that the headline's attacks so far broke. */
function brokenSoFar(completed: readonly CompletedLine[]): number {
  return completed.filter(({ line }) => headlineIds.includes(line.id)).reduce((sum, { found }) => sum + found.length, 0);
}

function attackedBy({ on }: BatteryLine, { correct, sample }: LineContext): number {
  return on === 'all' ? correct.length : on === 'sample' ? sample.length : 0;
}

function recorded({ id, title }: BatteryLine, { calls, found, measured, ...outcome }: LineOutcome, seconds: number): CompletedLine {
  const line = {
    id, title, ...outcome, measured: [...(measured ?? [])], found: found?.length ?? null, seconds,
    forwardCalls: calls?.forward ?? 0, backwardCalls: calls?.backward ?? 0,
  };
  return { line, found: [...(found ?? [])] };
}
