import type { Batch } from '@entropic-lab/datasets';
import type { Params } from '@entropic-lab/models';
import { propose } from '@entropic-lab/plugin-sdk/host';
import { resolveOptions } from '@entropic-lab/plugin-sdk/registry';
import { LabError, type TrainerSpec } from '@entropic-lab/protocol';
import { concat, slice, tensor1d, tensor4d, tidy, type Tensor4D } from '@tensorflow/tfjs-core';
import type { TrainOptions } from './train.ts';
import type { BatchPlace, Trainer } from './trainer.ts';
import type { Ingredients } from './trainers.ts';
import { plainStep } from './training-step.ts';

type Spec = Extract<TrainerSpec, { kind: 'adversarial' }>;

/**
 * Trains on what an attack makes of the examples with the weights of the moment. A. Madry et al., "Towards Deep
 * Learning Models Resistant to Adversarial Attacks" (2018), equation 2.1; any attack stands in for theirs.
 */
export function adversarialTrainer(options: TrainOptions, { loss, optimizer }: Ingredients): Trainer {
  const spec = options.spec.trainer as Spec;
  const attackOf = attackOn(options, spec);
  return {
    step: plainStep({ network: options.network, loss, bounds: options.dataset.bounds }, optimizer),
    carried: () => ({}),
    replays: 1,
    async perturb(params, batch, place) {
      const shape = [batch.size, ...options.dataset.train.inputShape] as [number, number, number, number];
      const attacked = Math.round(spec.share * batch.size);
      const epsilon = spec.attack.epsilon * warmth(spec, place);
      const clean = tensor4d(batch.inputs, shape);
      if (attacked === 0 || epsilon === 0) return clean;
      try {
        const images = await attackOf(params, { batch, clean, attacked, epsilon, place });
        if (attacked === batch.size) return images;
        const mixed = tidy(() => concat([images, slice(clean, attacked)]));
        images.dispose();
        return mixed;
      } finally {
        clean.dispose();
      }
    },
  };
}

/** Epsilon is a number in an attack's code: each new value is compiled anew, so it grows in so many stairs. */
const STAIRS = 20;

/** Share of the full epsilon at a place: a line from 0 to 1 over the warm-up, in stairs. */
function warmth({ warmupEpochs }: Spec, { elapsed }: BatchPlace): number {
  if (warmupEpochs === 0) return 1;
  // A little is added so that a stair begins at its own place despite rounding.
  return Math.min(1, Math.floor((elapsed / warmupEpochs) * STAIRS + 1e-9) / STAIRS);
}

interface Target {
  readonly batch: Batch;
  readonly clean: Tensor4D;
  /** The first so many examples of the batch, which is in random order. */
  readonly attacked: number;
  readonly epsilon: number;
  readonly place: BatchPlace;
}

function attackOn({ network, dataset, attack, runner, rng, signal }: TrainOptions, { attack: use }: Spec) {
  if (attack === undefined) throw new LabError('INVALID_INPUT', `[train] expected the attack ${use.plugin} to train against, got none (training.trainer.attack). Pass its definition.`, { path: 'training.trainer.attack' });
  if (!attack.norms.includes(use.norm)) {
    const message = `[train] expected a norm of ${attack.norms.join(', ')} for ${attack.name}, got ${use.norm} (training.trainer.attack.norm). Choose one of them.`;
    throw new LabError('INVALID_INPUT', message, { path: 'training.trainer.attack.norm' });
  }
  const options = resolveOptions(attack, { norm: use.norm, preset: use.preset, options: use.options, path: 'training.trainer.attack.options' });
  const { classes, inputShape } = network;
  return async (params: Params, { batch, clean, attacked, epsilon, place }: Target): Promise<Tensor4D> => {
    const inputs = tidy(() => slice(clean, 0, attacked));
    const labels = tensor1d(batch.labels.subarray(0, attacked), 'int32');
    const draws = rng.fork(`attack ${place.epoch}`);
    const threat = { norm: use.norm, epsilon, bounds: dataset.bounds };
    const rngs = Array.from(batch.indices.subarray(0, attacked), (index) => draws.fork(index));
    const attackable = { classes, inputShape, params, apply: network.apply };
    try {
      const proposed = await propose({ attack, options, network: attackable, runner, threat, inputs, labels, rngs, signal });
      if ('error' in proposed) throw proposed.error;
      return proposed.images;
    } finally {
      inputs.dispose();
      labels.dispose();
    }
  };
}
