import { openDataset } from '@entropic-lab/datasets';
import { loadParams, openNetwork, paramsToBytes, type Network } from '@entropic-lab/models';
import { LabError, type ArtifactRef, type AuditResult, type EpochMetrics, type FinalEvaluation, type RunEventBody } from '@entropic-lab/protocol';
import { Rng, type Runner } from '@entropic-lab/tensor';
import { checkpointThreads, train, type TrainedEpoch } from '@entropic-lab/trainers';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '../ipc.ts';
import { auditing } from './audit.ts';
import { openEquipment, type OpenEquipment, type RunAttack } from './equipment.ts';
import { DEFAULT_KEPT_IMAGES, gallery, type Gallery } from './gallery.ts';
import { attacked, attacksDue, measuring, type Measuring } from './measure.ts';
import { networkFile } from './onnx-file.ts';
import { Pace } from './pace.ts';
import { planOf, skipEpochs } from './plan.ts';

/** Something to report, and the files it refers to. */
export interface Said {
  readonly body: RunEventBody;
  readonly files: readonly { readonly sha256: string; readonly path: string }[];
}

/**
 * Computes a run from its spec to its last measurement. Yields what there is to report; stopping the iteration, or
 * aborting the signal, ends it.
 * @throws LabError; CANCELLED once the signal is aborted.
 */
export async function* execute(job: Job, signal: AbortSignal): AsyncGenerator<Said, void, undefined> {
  const { spec } = job;
  yield say({ type: 'progress', phase: 'prepare', label: `opening ${spec.dataset.name}`, done: 0, total: 1, unit: 'steps', rate: null, remainingSeconds: null });
  const notes: string[] = [];
  const resumeFrom = job.checkpointFile === undefined ? undefined : await readFile(job.checkpointFile);
  const equipment = await openEquipment(equipmentFor(job, resumeFrom), (note) => notes.push(note));
  await using runner = equipment.runner;
  const rng = new Rng(spec.seed);
  const dataset = await openDataset(spec.dataset.name, spec.dataset.options, spec.dataset);
  using network = await openNetwork(spec.model.architecture, { options: spec.model.options, task: dataset, rng: rng.fork('weights'), logitScale: spec.model.logitScale });
  if (job.weightsFile !== undefined) loadParams(network, await readFile(job.weightsFile), spec.model.fromRun === undefined ? job.weightsFile : `weights of run ${spec.model.fromRun}`);
  const attacks = equipment.attacksOf(spec);
  const pace = new Pace(planOf(spec, dataset, attacks));
  const images = gallery(spec.evaluation.keepImages ?? DEFAULT_KEPT_IMAGES);
  const measure = measuring({ network, dataset, spec, attacks, runner, rng: rng.fork('evaluation'), pace, signal, gallery: images });
  const computation = { job, equipment, runner, dataset, network, attacks, rng, pace, measure, signal, notes, resumeFrom };
  let evaluation: FinalEvaluation | undefined;
  for await (const said of spec.training === undefined ? [] : training(computation)) {
    if ('evaluation' in said) evaluation = said.evaluation;
    else yield said;
  }
  yield* weights(network, job);
  yield* onnx(network, job);
  evaluation ??= yield* telling(measure.measure('final network', true));
  yield* keptImages(computation, images);
  const audit = yield* audited(computation);
  yield* drain(notes);
  yield say({ type: 'evaluated', evaluation: { ...evaluation, ...(audit === undefined ? {} : { audit }) } });
}

interface Computation {
  readonly job: Job;
  readonly equipment: OpenEquipment;
  readonly runner: Runner;
  readonly dataset: Awaited<ReturnType<typeof openDataset>>;
  readonly network: Network;
  readonly attacks: readonly RunAttack[];
  readonly rng: Rng;
  readonly pace: Pace;
  readonly measure: Measuring;
  readonly signal: AbortSignal;
  /** What the engine has to say, to be told once. */
  readonly notes: string[];
  /** Bytes of the checkpoint that an earlier attempt left. */
  readonly resumeFrom: Uint8Array | undefined;
}

/** Sums are split among threads: a run that goes on has as many as it had, and so the same bits, whoever takes it up. */
function equipmentFor({ equipment }: Job, resumeFrom: Uint8Array | undefined): Job['equipment'] {
  const threads = resumeFrom === undefined ? undefined : checkpointThreads(resumeFrom);
  return threads === undefined ? equipment : { ...equipment, threads };
}

/** Yields what to report, and at the end the last epoch's measurements where they are the final ones. */
async function* training(computation: Computation): AsyncGenerator<Said | { readonly evaluation: FinalEvaluation }, void, undefined> {
  const { job, equipment, pace, notes } = computation;
  const spec = job.spec.training!;
  const plan = { ...computation, spec: job.spec };
  const items = train({
    ...computation,
    spec,
    ...equipment.trainingPlugins(spec),
    rng: computation.rng.fork('training'),
    resumeFrom: computation.resumeFrom,
  });
  let lastCheckpoint = performance.now();
  let stepsSeen = 0;
  let epochsSeen = 0;
  pace.begin();
  for await (const item of items) {
    yield* drain(notes);
    if (item.kind === 'epoch' || item.phase === 'train') {
      skipEpochs(pace, plan, { from: epochsSeen + 1, to: item.epoch - 1 });
      epochsSeen = item.epoch;
    }
    if (item.kind === 'progress') {
      if (item.phase === 'train') pace.advance('train', item.done - stepsSeen);
      else pace.begin();
      stepsSeen = item.phase === 'train' ? item.done : 0;
      yield say({
        type: 'progress',
        phase: item.phase === 'train' ? 'train' : 'prepare',
        label: item.phase === 'train' ? `epoch ${item.epoch} of ${spec.epochs}` : 'measuring the reference of the loss',
        done: item.done,
        total: item.total,
        unit: item.unit,
        rate: item.phase === 'train' ? pace.rate('train') : null,
        remainingSeconds: pace.remainingSeconds(),
      });
      continue;
    }
    pace.advance('train', item.steps - stepsSeen);
    stepsSeen = 0;
    const started = performance.now();
    const evaluation = yield* telling(computation.measure.measure(`epoch ${item.epoch}`, attacksDue(job.spec.evaluation, item.epoch)));
    const { metrics, last } = epochMetrics(item, evaluation, (performance.now() - started) / 1000);
    const due = last || performance.now() - lastCheckpoint >= job.checkpointSeconds * 1000;
    if (item.epoch > job.reportedEpochs) yield* reportEpoch(computation, { item, metrics, withCheckpoint: due && !last });
    if (due) lastCheckpoint = performance.now();
    if (last) skipEpochs(pace, plan, { from: item.epoch + 1, to: spec.epochs });
    if (last && (evaluation.attacks.length > 0 || computation.job.spec.evaluation.attacks.length === 0)) yield { evaluation };
    pace.begin();
  }
}

function epochMetrics(item: TrainedEpoch, evaluation: FinalEvaluation, evaluationSeconds: number): { metrics: EpochMetrics; last: boolean } {
  const { epoch, steps, loss, learningRate, trainSeconds } = item;
  const metrics = { epoch, steps, loss: { ...loss }, learningRate, ...evaluation, trainSeconds, evaluationSeconds };
  return { metrics, last: item.observe(metrics).last };
}

async function* reportEpoch({ job }: Computation, epoch: { item: TrainedEpoch; metrics: EpochMetrics; withCheckpoint: boolean }): AsyncGenerator<Said, void, undefined> {
  const { item, metrics } = epoch;
  if (!epoch.withCheckpoint) return yield say({ type: 'epoch', metrics });
  const { ref, file } = await store(job, { kind: 'checkpoint', name: `checkpoint after epoch ${item.epoch}`, bytes: await item.checkpoint() });
  yield { body: { type: 'epoch', metrics, checkpoint: ref }, files: [file] };
}

/** The audit, if the run asks for one; its record is kept as it grows. */
async function* audited(computation: Computation): AsyncGenerator<Said, AuditResult | undefined, undefined> {
  const asked = computation.job.spec.evaluation.audit;
  if (asked === undefined) return undefined;
  const work = auditing(asked, computation);
  for (;;) {
    const step = await work.next();
    if (step.done === true) return step.value;
    if ('body' in step.value) yield say(step.value.body);
    else {
      const { record, after } = step.value;
      const { ref, file } = await store(computation.job, { kind: 'audit', name: `audit after ${after}`, bytes: new TextEncoder().encode(JSON.stringify(record)) });
      yield { body: { type: 'artifact', artifact: ref }, files: [file] };
    }
  }
}

async function* weights(network: Network, job: Job): AsyncGenerator<Said, void, undefined> {
  // Nothing of the run itself: equal weights are one artifact.
  const metadata = { architecture: job.spec.model.architecture };
  const { ref, file } = await store(job, { kind: 'weights', name: 'final weights', bytes: await paramsToBytes(network.params, metadata) });
  yield { body: { type: 'artifact', artifact: ref }, files: [file] };
}

/** For whoever runs or attacks the network elsewhere; a network that has no such form says so and goes without. */
async function* onnx(network: Network, job: Job): AsyncGenerator<Said, void, undefined> {
  try {
    const { ref, file } = await store(job, { kind: 'onnx', name: 'network and its gradient', bytes: await networkFile(network) });
    yield { body: { type: 'artifact', artifact: ref }, files: [file] };
  } catch (thrown) {
    const { code, message } = LabError.from(thrown);
    if (code !== 'UNTRACEABLE') throw thrown;
    yield say({ type: 'log', level: 'warn', message: `no ONNX file of this network: ${message}` });
  }
}

async function* keptImages({ job, dataset }: Computation, images: Gallery): AsyncGenerator<Said, void, undefined> {
  const bytes = images.file(attacked(dataset, job.spec), job.spec.evaluation.attacks);
  if (bytes === undefined) return;
  const { ref, file } = await store(job, { kind: 'images', name: 'adversarial images', bytes });
  yield { body: { type: 'artifact', artifact: ref }, files: [file] };
}

/** Writes bytes into the job's folder for the agent to take. */
async function store(job: Job, { kind, name, bytes }: { kind: ArtifactRef['kind']; name: string; bytes: Uint8Array }): Promise<{ ref: ArtifactRef; file: Said['files'][number] }> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const path = join(job.folder, sha256);
  await writeFile(path, bytes);
  return { ref: { kind, name, sha256, bytes: bytes.byteLength }, file: { sha256, path } };
}

function say(body: RunEventBody): Said {
  return { body, files: [] };
}

/** The yields of a generator as things said; its return value as it is. */
async function* telling<T>(bodies: AsyncGenerator<RunEventBody, T, undefined>): AsyncGenerator<Said, T, undefined> {
  for (;;) {
    const step = await bodies.next();
    if (step.done === true) return step.value;
    yield say(step.value);
  }
}

function* drain(notes: string[]): Generator<Said, void, undefined> {
  for (const message of notes.splice(0)) yield say({ type: 'log', level: 'warn', message });
}
