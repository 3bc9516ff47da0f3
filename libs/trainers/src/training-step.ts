import type { Network, Params } from '@entropic-lab/models';
import type { LossBatch, LossDefinition, LossValue } from '@entropic-lab/plugin-sdk';
import type { Bounds } from '@entropic-lab/protocol';
import type { StepFn } from '@entropic-lab/tensor';
import { scalar, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import { lossGradients } from './gradients.ts';
import { updateAll, type Optimizer } from './optimizer.ts';
import type { StepInput, StepOutput, TrainState } from './training-state.ts';

/** What a loss is computed of. */
export interface LossTask {
  readonly network: Network;
  readonly bounds: Bounds;
  readonly loss: BoundLoss;
}

/** A loss ready to use: options parsed, reference measured. */
export interface BoundLoss {
  readonly definition: LossDefinition;
  readonly options: Record<string, unknown>;
  readonly reference: Readonly<Record<string, number>>;
}

/** A batch, and the weights to look at it with. */
export interface BatchState {
  readonly params: Params;
  readonly frozen: Params;
  readonly inputs: Tensor4D;
  readonly labels: Tensor1D;
  /** As {@link perturbedInputs} made them. */
  readonly perturbed?: Tensor4D | undefined;
}

/** The loss of a network on a batch, as a function of all its weights. */
export function batchLoss(task: LossTask, state: BatchState): LossValue {
  return task.loss.definition.compute(lossBatch(task, state));
}

/** The images that the loss wants to look at besides; to be made outside of the gradient. */
export function perturbedInputs(task: LossTask, state: BatchState): Tensor4D | undefined {
  return task.loss.definition.perturb?.(lossBatch(task, state));
}

function lossBatch({ network, loss, bounds }: LossTask, { params, frozen, inputs, labels, perturbed }: BatchState): LossBatch<Record<string, unknown>> {
  return {
    inputs,
    labels,
    classes: network.classes,
    bounds,
    outputs: network.apply(params, inputs),
    forward: (others) => network.apply(params, others),
    options: loss.options,
    reference: Object.fromEntries(Object.entries(loss.reference).map(([name, value]) => [name, scalar(value)])),
    ...(perturbed === undefined ? {} : { perturbed }),
    ...(Object.keys(frozen).length === 0 ? {} : { frozen: network.apply(frozen, inputs) }),
  };
}

/** One update of the weights on one batch, as it is. */
export function plainStep(task: LossTask, optimizer: Optimizer): StepFn<TrainState, StepInput, StepOutput> {
  return (state, { inputs, labels, rates }) => {
    const batch = { frozen: state.frozen, inputs, labels };
    const perturbed = perturbedInputs(task, { ...batch, params: { ...state.params, ...state.fixed } });
    const { total, terms, gradients } = lossGradients(state.params, (params) => batchLoss(task, { ...batch, perturbed, params: { ...params, ...state.fixed } }));
    return { state: { ...state, ...updateAll(optimizer, state, { gradients, rates }) }, y: { ...terms, total } };
  };
}
