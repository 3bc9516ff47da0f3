import type { TrainerSpec } from '@entropic-lab/protocol';
import type { Optimizer } from './optimizer.ts';
import type { TrainOptions } from './train.ts';
import type { Trainer } from './trainer.ts';
import { plainStep, type BoundLoss } from './training-step.ts';

/** What every way of training is made of. */
export interface Ingredients {
  readonly loss: BoundLoss;
  readonly optimizer: Optimizer;
}

const makers: Readonly<Partial<Record<TrainerSpec['kind'], (options: TrainOptions, ingredients: Ingredients) => Trainer>>> = {
  standard: ({ network }, { loss, optimizer }) => ({ step: plainStep(network, loss, optimizer), carried: () => ({}), replays: 1, [Symbol.dispose]() {} }),
};

/** The way of training that the spec asks for. */
export function trainerOf(options: TrainOptions, ingredients: Ingredients): Trainer {
  return makers[options.spec.trainer.kind]!(options, ingredients);
}
