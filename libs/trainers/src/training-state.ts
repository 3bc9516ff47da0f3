import type { Params } from '@entropic-lab/models';
import type { Scalar, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { OptimizerState } from './optimizer.ts';

/** Everything that steps change or carry along; saved whole in a checkpoint. */
export interface TrainState {
  /** Weights that are trained. */
  readonly params: Params;
  /** Weights that are not. */
  readonly fixed: Params;
  /** All weights before training, where the loss compares with them; otherwise empty. */
  readonly frozen: Params;
  readonly memory: OptimizerState;
  /** What a trainer keeps from batch to batch: the perturbation of free training. */
  readonly carried: { readonly [name: string]: Tensor };
  readonly [part: string]: OptimizerState | Params;
}

/** What one step is given. */
export interface StepInput {
  /** [batch, height, width, channels] */
  readonly inputs: Tensor4D;
  /** [batch] int32 */
  readonly labels: Tensor1D;
  /** The optimizer's numbers of this step. */
  readonly rates: { readonly [name: string]: Scalar };
  readonly [part: string]: Tensor4D | Tensor1D | { readonly [name: string]: Scalar };
}

/** What one step reports: `total` and each term of the loss. */
export type StepOutput = { readonly [term: string]: Scalar };
