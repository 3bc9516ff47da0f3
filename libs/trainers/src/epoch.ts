import { augmentation, batchCount, batchesAhead, changesNothing, epochOrder, type Batch } from '@entropic-lab/datasets';
import type { TrainingSpec } from '@entropic-lab/protocol';
import { dispose, type Loop, type TensorTree } from '@entropic-lab/tensor';
import { scalar, tensor1d, tensor4d, type Tensor4D } from '@tensorflow/tfjs-core';
import { diverged } from './diverged.ts';
import { inGroups, repeated } from './groups.ts';
import type { TrainedEpoch, TrainingProgress } from './items.ts';
import type { Optimizer } from './optimizer.ts';
import { scheduledRate } from './schedule.ts';
import { stopIfAborted, throttled } from './throttle.ts';
import type { TrainOptions } from './train.ts';
import type { Trainer } from './trainer.ts';
import type { StepInput, StepOutput, TrainState } from './training-state.ts';

export type EpochResult = Omit<TrainedEpoch, 'kind' | 'observe' | 'checkpoint'>;

export interface EpochOptions extends Pick<TrainOptions, 'dataset' | 'spec' | 'rng' | 'signal' | 'batchThread'> {
  readonly trainer: Trainer;
  readonly optimizer: Optimizer;
  readonly loop: Loop<TrainState, StepInput, StepOutput>;
}

/** Where an epoch begins. */
interface Start {
  /** From 1. */
  readonly epoch: number;
  /** Steps taken before it. */
  readonly step: number;
}

/** One pass over the training set. @throws LabError DIVERGED, CANCELLED. */
export async function* runEpoch(options: EpochOptions, start: Start): AsyncGenerator<TrainingProgress, EpochResult, undefined> {
  const { dataset, spec, trainer, loop, signal } = options;
  const total = batchCount(dataset.train.count, spec.batchSize) * trainer.replays;
  const most = (): number => (trainer.perturb === undefined ? loop.stepsPerCall : 1);
  const due = throttled();
  const sums: Record<string, number> = {};
  const begun = performance.now();
  let done = 0;
  let consumed = 0;
  const groups = inGroups(repeated(epochBatches(options, start.epoch), trainer.replays), most);
  const prepare = async (): Promise<StepInput[] | undefined> => {
    const next = await groups.next();
    if (next.done) return undefined;
    const first = consumed;
    consumed += next.value.length;
    return Promise.all(next.value.map((batch, place) => stepInput(options, batch, { start, done: first + place, total })));
  };
  const held = new Set<readonly TensorTree[]>();
  try {
    for (let group = await prepare(); group !== undefined; ) {
      held.add(group);
      stopIfAborted(signal);
      const running = loop.run(group);
      // While the engine works on one group the next one is made ready, unless that needs the weights it will leave.
      const ahead = trainer.perturb === undefined ? await prepare() : undefined;
      if (ahead !== undefined) held.add(ahead);
      const outputs = await running;
      release(held, group);
      await addUp(sums, outputs, { epoch: start.epoch, step: done + 1 });
      done += outputs.length;
      if (due()) yield { kind: 'progress', phase: 'train', epoch: start.epoch, done, total, unit: 'steps' };
      group = ahead ?? (await prepare());
    }
  } finally {
    await groups.return();
    for (const group of held) dispose(group);
  }
  return {
    epoch: start.epoch,
    steps: done,
    loss: Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / done])),
    learningRate: learningRateAt(spec, { start, done: 0, total }),
    trainSeconds: (performance.now() - begun) / 1000,
  };
}

function epochBatches({ dataset, spec, rng, batchThread }: EpochOptions, epoch: number): AsyncIterable<Batch> {
  const { train } = dataset;
  const { batchSize, augment } = spec;
  const moves = changesNothing(augment) ? undefined : augmentation(augment, rng, { epoch, count: train.count, shape: train.inputShape });
  return batchesAhead(train, { batchSize, order: epochOrder(rng, epoch, train.count), moves, thread: batchThread });
}

interface Within {
  readonly start: Start;
  /** Steps of this epoch before this one. */
  readonly done: number;
  /** Steps of an epoch. */
  readonly total: number;
}

async function stepInput(options: EpochOptions, batch: Batch, within: Within): Promise<StepInput> {
  const { spec, optimizer } = options;
  const inputs = await inputsOf(options, batch, within);
  const rates = optimizer.rates(learningRateAt(spec, within), within.start.step + within.done + 1);
  return {
    inputs,
    labels: tensor1d(batch.labels, 'int32'),
    rates: Object.fromEntries(Object.entries(rates).map(([name, value]) => [name, scalar(value)])),
  };
}

async function inputsOf({ dataset, trainer, loop }: EpochOptions, batch: Batch, { start, done, total }: Within): Promise<Tensor4D> {
  if (trainer.perturb === undefined) return tensor4d(batch.inputs, [batch.size, ...dataset.train.inputShape]);
  const state = await loop.read();
  try {
    return await trainer.perturb({ ...state.params, ...state.fixed }, batch, { epoch: start.epoch, elapsed: start.epoch - 1 + done / total });
  } finally {
    dispose(state);
  }
}

function learningRateAt(spec: TrainingSpec, { start, done, total }: Within): number {
  const { optimizer, schedule, epochs } = spec;
  return scheduledRate(optimizer.learningRate, schedule, { epoch: start.epoch, progress: (start.epoch - 1 + done / total) / epochs });
}

function release(held: Set<readonly TensorTree[]>, group: readonly TensorTree[]): void {
  held.delete(group);
  dispose(group);
}

/** Adds each step's terms to `sums`. @throws LabError DIVERGED where a total is not finite. */
async function addUp(sums: Record<string, number>, outputs: readonly StepOutput[], first: Start): Promise<void> {
  const values = await Promise.all(outputs.map(async (output) => Object.fromEntries(await Promise.all(Object.entries(output).map(async ([name, term]) => [name, (await term.data())[0]!] as const)))));
  dispose(outputs);
  for (const [place, terms] of values.entries()) {
    if (!Number.isFinite(terms['total'])) throw diverged(`a finite loss, got ${terms['total']} at step ${first.step + place} of epoch ${first.epoch}`);
    for (const [name, value] of Object.entries(terms)) sums[name] = (sums[name] ?? 0) + value;
  }
}
