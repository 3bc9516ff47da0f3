import { LabError, type TrainingSpec } from '@entropic-lab/protocol';
import { writeCheckpoint, type Position } from './checkpoint.ts';
import { afterEpoch, isSpent, type Patience } from './early-stop.ts';
import type { EpochResult } from './epoch.ts';
import type { TrainedEpoch } from './items.ts';
import type { TrainState } from './training-state.ts';

export interface AfterEpoch {
  readonly state: TrainState;
  /** With the patience as it was before this epoch. */
  readonly position: Position;
  readonly spec: TrainingSpec;
  /** Of the engine, for the checkpoint. */
  readonly threads?: number | undefined;
}

/** The item of an epoch, and afterwards what its consumer made of it. */
export function epochItem(result: EpochResult, { state, position, spec, threads }: AfterEpoch): { item: TrainedEpoch; patience(): Patience } {
  const { earlyStop } = spec;
  let observed = earlyStop === undefined ? position.patience : undefined;
  const item: TrainedEpoch = {
    kind: 'epoch',
    ...result,
    observe(metrics) {
      if (earlyStop !== undefined) observed = afterEpoch(position.patience, earlyStop, metrics);
      return { last: position.epoch >= spec.epochs || isSpent(observed ?? position.patience, earlyStop) };
    },
    checkpoint: () => writeCheckpoint(state, { position: { ...position, patience: observed ?? position.patience }, spec, threads }),
  };
  return { item, patience: () => observed ?? notObserved() };
}

function notObserved(): never {
  const message = '[train] expected the metrics of the epoch, which early stopping watches, got none (training.earlyStop). Call observe(metrics) on each epoch.';
  throw new LabError('INVALID_INPUT', message, { path: 'training.earlyStop' });
}
