import type { Batch } from '@entropic-lab/datasets';
import type { Params } from '@entropic-lab/models';
import type { StepFn } from '@entropic-lab/tensor';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { StepInput, StepOutput, TrainState } from './training-state.ts';

/** Where a batch is in the training. */
export interface BatchPlace {
  /** From 1. */
  readonly epoch: number;
  /** Epochs done, with the fraction of this one: 2.5 in the middle of the third. */
  readonly elapsed: number;
}

/** What tells one way of training from another. */
export interface Trainer {
  readonly step: StepFn<TrainState, StepInput, StepOutput>;
  /** What it carries from batch to batch at first; the caller owns it. */
  carried(): TrainState['carried'];
  /** Times each batch is trained on in a row. */
  readonly replays: number;
  /**
   * Inputs to train on in place of the batch's own, made with the weights as they are before the step; the caller
   * owns them. Where it is there, one step is taken at a time.
   */
  readonly perturb?: (params: Params, batch: Batch, place: BatchPlace) => Promise<Tensor4D>;
}
