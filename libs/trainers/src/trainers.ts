import type { TrainerSpec } from '@entropic-lab/protocol';
import { adversarialTrainer } from './adversarial.ts';
import { freeTrainer } from './free.ts';
import type { Optimizer } from './optimizer.ts';
import type { TrainOptions } from './train.ts';
import type { Trainer } from './trainer.ts';
import { plainStep, type BoundLoss } from './training-step.ts';

/** What every way of training is made of. */
export interface Ingredients {
  readonly loss: BoundLoss;
  readonly optimizer: Optimizer;
}

type Maker = (options: TrainOptions, ingredients: Ingredients) => Trainer;

/** The ways of training. Entropic retraining is `standard` with the entropic loss. */
const makers: Readonly<Record<TrainerSpec['kind'], Maker>> = {
  standard: ({ network, dataset }, { loss, optimizer }) => ({ step: plainStep({ network, loss, bounds: dataset.bounds }, optimizer), carried: () => ({}), replays: 1 }),
  adversarial: adversarialTrainer,
  free: freeTrainer,
};

/** The way of training that the spec asks for. @throws LabError INVALID_INPUT where it lacks its attack. */
export function trainerOf(options: TrainOptions, ingredients: Ingredients): Trainer {
  return makers[options.spec.trainer.kind](options, ingredients);
}
