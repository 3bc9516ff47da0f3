import type { TrainerSpec } from '@entropic-lab/protocol';
import type { StepFn } from '@entropic-lab/tensor';
import { add, clipByValue, concat, mul, sign, slice, zeros, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { lossGradients } from './gradients.ts';
import { updateAll } from './optimizer.ts';
import type { TrainOptions } from './train.ts';
import type { Trainer } from './trainer.ts';
import type { Ingredients } from './trainers.ts';
import { batchLoss, perturbedInputs } from './training-step.ts';
import type { StepInput, StepOutput, TrainState } from './training-state.ts';

type Spec = Extract<TrainerSpec, { kind: 'free' }>;

/** Not a name that a weight can have. */
const PERTURBATION = '#perturbation';

/**
 * Each batch several times in a row; each time one backward pass updates the weights and the perturbation both, and
 * the perturbation stays for the next batch. A. Shafahi et al., "Adversarial Training for Free!" (2019), algorithm 1.
 */
export function freeTrainer(options: TrainOptions, ingredients: Ingredients): Trainer {
  const { dataset, spec } = options;
  const { replays } = spec.trainer as Spec;
  return {
    step: freeStep(options, ingredients),
    carried: () => ({ perturbation: zeros([Math.min(spec.batchSize, dataset.train.count), ...dataset.train.inputShape]) }),
    replays,
  };
}

function freeStep({ network, dataset, spec }: TrainOptions, { loss, optimizer }: Ingredients): StepFn<TrainState, StepInput, StepOutput> {
  const { epsilon } = spec.trainer as Spec;
  const { bounds } = dataset;
  const task = { network, loss, bounds };
  const moved = (inputs: Tensor, delta: Tensor): Tensor4D => clipByValue(add(inputs, delta), bounds.min, bounds.max) as Tensor4D;
  return (state, { inputs, labels, rates }) => {
    const carried = state.carried['perturbation']!;
    const delta = slice(carried, 0, inputs.shape[0]);
    const batch = { frozen: state.frozen, labels };
    const perturbed = perturbedInputs(task, { ...batch, inputs: moved(inputs, delta), params: { ...state.params, ...state.fixed } });
    const { total, terms, gradients } = lossGradients({ ...state.params, [PERTURBATION]: delta }, ({ [PERTURBATION]: at, ...params }) =>
      batchLoss(task, { ...batch, perturbed, inputs: moved(inputs, at!), params: { ...params, ...state.fixed } }),
    );
    const ascended = clipByValue(add(delta, mul(sign(gradients[PERTURBATION]!), epsilon)), -epsilon, epsilon);
    const perturbation = withRest(ascended, carried);
    return { state: { ...state, ...updateAll(optimizer, state, { gradients, rates }), carried: { perturbation } }, y: { ...terms, total } };
  };
}

/** A short last batch changes the first rows only. */
function withRest(first: Tensor, all: Tensor): Tensor {
  const rows = first.shape[0]!;
  return rows === all.shape[0] ? first : concat([first, slice(all, rows)]);
}
