import { firstExamples, type Dataset, type ExampleSet } from '@entropic-lab/datasets';
import { entropyMeter, type EntropyMeter } from '@entropic-lab/entropy';
import { accuracy, attackNetwork, diagnose, noiseAccuracy, probabilitiesOf, targetsOf, withinMemory } from '@entropic-lab/evaluation';
import type { Network } from '@entropic-lab/models';
import type { AttackResult, Entropies, FinalEvaluation, NoiseAccuracy, RunEventBody, RunSpec } from '@entropic-lab/protocol';
import type { Rng, Runner } from '@entropic-lab/tensor';
import type { RunAttack } from './equipment.ts';
import type { Gallery } from './gallery.ts';
import type { Pace } from './pace.ts';

export interface MeasureOptions {
  readonly network: Network;
  readonly dataset: Dataset;
  readonly spec: RunSpec;
  readonly attacks: readonly RunAttack[];
  readonly runner: Runner;
  readonly rng: Rng;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  /** Keeps some of the images that are judged. */
  readonly gallery: Gallery;
}

/** What a run measures of its network: made once, used after each epoch and at the end. */
export interface Measuring {
  /** Yields progress; returns the measurements. `withAttacks` false leaves `attacks` empty. */
  measure(label: string, withAttacks: boolean): AsyncGenerator<RunEventBody, FinalEvaluation, undefined>;
}

/** Name of an attack's work in a {@link Pace}. */
export function attackWork(index: number): string {
  return `attack ${index}`;
}

/** @throws LabError INVALID_INPUT for what could not be measured, now and not after an epoch of training. */
export function measuring(options: MeasureOptions): Measuring {
  const { dataset, spec } = options;
  const meter = meterOf(options, spec.evaluation.batchSize);
  meter.check();
  attacked(dataset, spec);
  return { measure: (label, withAttacks) => measure({ ...options, meter, label, withAttacks }) };
}

interface Occasion extends MeasureOptions {
  readonly meter: EntropyMeter;
  readonly label: string;
  readonly withAttacks: boolean;
}

async function* measure(occasion: Occasion): AsyncGenerator<RunEventBody, FinalEvaluation, undefined> {
  const { network, dataset, spec, runner, pace, signal, label } = occasion;
  const { test } = dataset;
  const measurement = { network, examples: test, runner, batchSize: spec.evaluation.batchSize, signal };
  pace.begin();
  yield progress(occasion, `${label}: accuracy and entropies`, { done: 0, total: test.count, kind: 'measure' });
  const clean = await accuracy(measurement);
  const entropies = await entropiesOf(occasion);
  const diagnosis = await diagnose(measurement);
  const noise = await underNoise(occasion);
  pace.advance('measure', test.count);
  const results: AttackResult[] = [];
  for (const [index, attack] of (occasion.withAttacks ? occasion.attacks : []).entries()) {
    results.push(yield* attackOnce(occasion, { attack, index, predictions: clean.predictions }));
  }
  return { cleanAccuracy: clean.accuracy, testExamples: test.count, entropies, diagnosis, noise, attacks: results };
}

/** Means over the test set; where the device's memory does not suffice, from smaller batches, which changes nothing. */
function entropiesOf({ meter, dataset, spec, ...options }: Occasion): Promise<Entropies> {
  const { batchSize } = spec.evaluation;
  return withinMemory(batchSize, (size) => (size === batchSize ? meter : meterOf({ ...options, spec }, size)).measure(dataset.test));
}

function meterOf({ network, runner, signal, spec }: Pick<MeasureOptions, 'network' | 'runner' | 'signal' | 'spec'>, batchSize: number): EntropyMeter {
  return entropyMeter(network, { runner, signal, reading: spec.evaluation.entropy, batchSize });
}

/** Accuracy under each noise of the spec, the same draws on every occasion. */
async function underNoise({ network, dataset, spec, runner, rng, signal }: Occasion): Promise<NoiseAccuracy[]> {
  const { noise, batchSize } = spec.evaluation;
  const examples = attacked(dataset, spec);
  const results: NoiseAccuracy[] = [];
  for (const [index, { norm, epsilon }] of noise.entries()) {
    const threat = { norm, epsilon, bounds: dataset.bounds };
    const { accuracy } = await noiseAccuracy({ network, examples, runner, batchSize, signal, threat, rng: rng.fork(`noise ${index}`) });
    results.push({ norm, epsilon, accuracy, examples: examples.count });
  }
  return results;
}

/** The test examples that are attacked, and seen under noise. */
export function attacked({ test }: Dataset, { evaluation }: RunSpec): ExampleSet {
  return firstExamples(test, evaluation.examples, 'evaluation.examples');
}

interface Attempt {
  readonly attack: RunAttack;
  readonly index: number;
  readonly predictions: Int32Array;
}

async function* attackOnce(occasion: Occasion, { attack, index, predictions }: Attempt): AsyncGenerator<RunEventBody, AttackResult, undefined> {
  const { network, dataset, spec, runner, rng, pace, signal, label, gallery } = occasion;
  const { plugin, norm, epsilon, shown, target } = attack.spec;
  const examples = attacked(dataset, spec);
  const draws = rng.fork(`attack ${index} ${plugin}`);
  const title = `${label}: ${plugin} ${norm} ${epsilon}${target === undefined ? '' : ` to ${target}`}${shown === 'logits' ? '' : ` on ${shown}`}`;
  const job = attackNetwork({
    network,
    examples,
    runner,
    batchSize: spec.evaluation.batchSize,
    signal,
    limits: spec.evaluation.limits,
    attack: attack.registered,
    shown: shown === 'probabilities' ? probabilitiesOf(network) : undefined,
    options: attack.options,
    threat: { norm, epsilon, bounds: dataset.bounds },
    rng: draws,
    targetClasses: target === undefined ? undefined : targetsOf(target, examples.labels, { classes: network.classes, rng: draws.fork('targets') }),
    cleanPredictions: predictions.subarray(0, examples.count),
  });
  let done = 0;
  gallery.begin(index);
  pace.begin();
  yield progress(occasion, title, { done, total: examples.count, kind: attackWork(index) });
  for (;;) {
    const step = await job.next();
    const reached = step.done === true ? examples.count : step.value.done + step.value.underWay;
    pace.advance(attackWork(index), reached - done);
    if (step.done === true) return { ...step.value, shown, ...(target === undefined ? {} : { target }) };
    if (step.value.batch !== undefined) gallery.take(index, step.value.batch);
    done = reached;
    yield progress(occasion, title, { done: Math.floor(done), total: examples.count, kind: attackWork(index) });
  }
}

function progress({ pace }: Occasion, label: string, { done, total, kind }: { done: number; total: number; kind: string }): RunEventBody {
  return { type: 'progress', phase: 'evaluate', label, done, total, unit: 'images', rate: pace.rate(kind), remainingSeconds: pace.remainingSeconds() };
}

/** How often attacks run: after each n-th epoch, and always at the end. */
export function attacksDue({ everyEpochs }: RunSpec['evaluation'], epoch: number): boolean {
  return everyEpochs > 0 && epoch % everyEpochs === 0;
}
