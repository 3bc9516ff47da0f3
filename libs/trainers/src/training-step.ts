import type { Network, Params } from '@entropic-lab/models';
import type { LossDefinition, LossValue } from '@entropic-lab/plugin-sdk';
import type { StepFn } from '@entropic-lab/tensor';
import { scalar, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import { lossGradients } from './gradients.ts';
import { updateAll, type Optimizer } from './optimizer.ts';
import type { StepInput, StepOutput, TrainState } from './training-state.ts';

/** A loss ready to use: options parsed, reference measured. */
export interface BoundLoss {
  readonly definition: LossDefinition;
  readonly options: Record<string, unknown>;
  readonly reference: Readonly<Record<string, number>>;
}

/** The loss of a network on a batch, as a function of all its weights. */
export function batchLoss(network: Network, loss: BoundLoss, { params, frozen, inputs, labels }: { params: Params; frozen: Params; inputs: Tensor4D; labels: Tensor1D }): LossValue {
  const { definition, options, reference } = loss;
  return definition.compute({
    inputs,
    labels,
    classes: network.classes,
    outputs: network.apply(params, inputs),
    forward: (others) => network.apply(params, others),
    options,
    reference: Object.fromEntries(Object.entries(reference).map(([name, value]) => [name, scalar(value)])),
    ...(Object.keys(frozen).length === 0 ? {} : { frozen: network.apply(frozen, inputs) }),
  });
}

/** One update of the weights on one batch, as it is. */
export function plainStep(network: Network, loss: BoundLoss, optimizer: Optimizer): StepFn<TrainState, StepInput, StepOutput> {
  return (state, { inputs, labels, rates }) => {
    const { total, terms, gradients } = lossGradients(state.params, (params) =>
      batchLoss(network, loss, { params: { ...params, ...state.fixed }, frozen: state.frozen, inputs, labels }),
    );
    return { state: { ...state, ...updateAll(optimizer, state, { gradients, rates }) }, y: { ...terms, total } };
  };
}
