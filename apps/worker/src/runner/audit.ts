import { firstExamples, type Dataset } from '@entropic-lab/datasets';
import { audit, auditCalls, parseRecord, type AuditJob, type AuditProgress, type AuditRecord } from '@entropic-lab/evaluation';
import { loadParams, openNetwork, type Network } from '@entropic-lab/models';
import { LabError, type AuditResult, type AuditSpec, type RunEventBody, type RunSpec } from '@entropic-lab/protocol';
import { Rng, type Runner } from '@entropic-lab/tensor';
import { readFile } from 'node:fs/promises';
import type { Job } from '../ipc.ts';
import type { OpenEquipment } from './equipment.ts';
import type { Pace, Work } from './pace.ts';

/** Name of the audit's work in a {@link Pace}; its unit is the whole audit. */
export const auditWork = 'audit';
/** Training images whose answers a surrogate learns, at most. */
const SURROGATE_IMAGES = 6000;

/** The audit as work of a run. */
export function auditPlan({ evaluation }: RunSpec, { test }: Pick<Dataset, 'test'>): Record<string, Work> {
  if (evaluation.audit === undefined) return {};
  return { [auditWork]: { total: 1, cost: auditCalls(evaluation.audit.battery, examplesOf(evaluation, test.count)) } };
}

function examplesOf({ audit: asked, examples }: RunSpec['evaluation'], there: number): number {
  return Math.min(asked?.examples ?? examples ?? there, there);
}

export interface AuditOptions {
  readonly job: Job;
  readonly equipment: OpenEquipment;
  readonly runner: Runner;
  readonly dataset: Dataset;
  readonly network: Network;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

/** Progress is told by batches, and an attack of the headline takes minutes for hundreds of images. */
const AUDIT_BATCH = 100;

/** Something to report of an audit: a body, or the record as it is now. */
export type AuditSaid = { readonly body: RunEventBody } | { readonly record: AuditRecord; readonly after: string };

/** Audits the final network, going on from the record of an earlier attempt where there is one. */
export async function* auditing(asked: AuditSpec, options: AuditOptions): AsyncGenerator<AuditSaid, AuditResult, undefined> {
  const { job } = options;
  using original = await originalOf(options);
  const auditJob = { ...auditJobOf(asked, options), original };
  if (job.auditFile === undefined) return yield* telling(auditJob, options);
  try {
    return yield* telling({ ...auditJob, resumeFrom: parseRecord(await readFile(job.auditFile)) }, options);
  } catch (thrown) {
    if (!(thrown instanceof LabError) || thrown.path !== 'record') throw thrown;
    // Another device may end training in other last bits: the network is then another one, and so is its audit.
    yield { body: { type: 'log', level: 'warn', message: `the audit begins anew: ${thrown.message}` } };
    return yield* telling(auditJob, options);
  }
}

function auditJobOf(asked: AuditSpec, { job, equipment, runner, dataset, network, signal }: AuditOptions): AuditJob {
  const { evaluation, seed } = job.spec;
  const count = examplesOf(evaluation, dataset.test.count);
  return {
    network,
    runner,
    signal,
    examples: firstExamples(dataset.test, count, 'evaluation.audit.examples'),
    surrogateImages: dataset.train.count === 0 ? undefined : firstExamples(dataset.train, Math.min(SURROGATE_IMAGES, dataset.train.count), 'dataset.trainLimit'),
    batchSize: Math.min(evaluation.batchSize, AUDIT_BATCH),
    threat: { norm: asked.norm, epsilon: asked.epsilon, bounds: dataset.bounds },
    battery: asked.battery,
    limits: asked.limits,
    seed,
    attackNamed: (name) => attackNamed(equipment, name),
  };
}

function attackNamed({ plugins }: OpenEquipment, name: string): ReturnType<AuditJob['attackNamed']> {
  try {
    return plugins.attack(name);
  } catch (thrown) {
    if (thrown instanceof LabError && thrown.code === 'UNKNOWN_PLUGIN') return undefined;
    throw thrown;
  }
}

/** The network before this run's training, or the one that the audit names. */
async function originalOf({ job, dataset }: AuditOptions): Promise<Network | undefined> {
  const { spec } = job;
  const file = job.originalFile ?? (spec.training === undefined ? undefined : job.weightsFile);
  if (file === undefined) return undefined;
  const network = await openNetwork(spec.model.architecture, { options: spec.model.options, task: dataset, rng: new Rng(0) });
  loadParams(network, await readFile(file), 'weights of the original network');
  return network;
}

async function* telling(auditJob: AuditJob, { job, pace }: AuditOptions): AsyncGenerator<AuditSaid, AuditResult, undefined> {
  const work = audit(auditJob);
  let share = 0;
  let stored = performance.now();
  pace.begin();
  for (let step = await work.next(); ; step = await work.next()) {
    if (step.done === true) {
      pace.advance(auditWork, 1 - share);
      return step.value;
    }
    if (auditJob.resumeFrom !== undefined && share === 0) pace.skip(auditWork, (share = step.value.share));
    pace.advance(auditWork, step.value.share - share);
    share = step.value.share;
    yield { body: progress(step.value, pace) };
    if (step.value.ended === undefined || performance.now() - stored < job.checkpointSeconds * 1000) continue;
    stored = performance.now();
    yield { record: step.value.record, after: step.value.ended.line.id };
  }
}

/** In thousandths of the whole battery, whose lines differ much in length. */
const UNITS = 1000;

function progress({ title, share }: AuditProgress, pace: Pace): RunEventBody {
  const rate = pace.rate(auditWork);
  return {
    type: 'progress', phase: 'evaluate', label: `audit: ${title}`, done: Math.round(share * UNITS), total: UNITS, unit: '‰',
    rate: rate === null ? null : rate * UNITS, remainingSeconds: pace.remainingSeconds(),
  };
}
