import type { Dataset } from '@entropic-lab/datasets';
import type { Network } from '@entropic-lab/models';
import type { AttackDefinition, LossDefinition } from '@entropic-lab/plugin-sdk';
import { resolveOptions } from '@entropic-lab/plugin-sdk/registry';
import type { TrainingSpec } from '@entropic-lab/protocol';
import { dispose, type Rng, type Runner } from '@entropic-lab/tensor';
import { openCheckpoint } from './checkpoint.ts';
import { freshPatience, isSpent } from './early-stop.ts';
import { epochItem } from './epoch-item.ts';
import { runEpoch } from './epoch.ts';
import { checkFinite } from './diverged.ts';
import { initialState } from './initial-state.ts';
import type { TrainingItem } from './items.ts';
import { optimizerOf, type Optimizer } from './optimizer.ts';
import { measureReference } from './reference.ts';
import { stopIfAborted } from './throttle.ts';
import { trainerOf } from './trainers.ts';

export interface TrainOptions {
  /** Starts from its weights; holds the weights of the last epoch whenever an epoch is yielded. */
  readonly network: Network;
  readonly dataset: Pick<Dataset, 'train' | 'bounds'>;
  /** Already parsed. Loss and attack are named there for the record: `loss` and `attack` are what is used. */
  readonly spec: TrainingSpec;
  readonly loss: LossDefinition;
  /** What the adversarial trainer trains against; not needed otherwise. */
  readonly attack?: AttackDefinition | undefined;
  readonly runner: Runner;
  /** Determines shuffles, augmentation and random starts. A resumed training needs the same. */
  readonly rng: Rng;
  /** Bytes of a checkpoint: go on after the epoch it was taken at. */
  readonly resumeFrom?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether a thread makes the batches ahead of the steps; they are the same. Default: where the set is large. */
  readonly batchThread?: boolean | undefined;
}

/**
 * Trains a network: yields progress now and then, and an item for each epoch. Calls nobody; stopping the iteration
 * releases all it holds.
 * @throws LabError INVALID_INPUT for options of the loss or the attack; UNREACHABLE_TARGET where the loss asks for
 * what the network cannot reach; BAD_WEIGHTS for a checkpoint of another training; DIVERGED where a loss or a weight is
 * not finite; CANCELLED once the signal is aborted.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainingItem, void, undefined> {
  const { network, spec, runner, signal } = options;
  const lossOptions = resolveOptions(options.loss, { options: spec.loss.options, path: 'training.loss.options' });
  const saved = options.resumeFrom === undefined ? undefined : openCheckpoint(options.resumeFrom, spec);
  const reference = saved?.position.reference ?? (yield* measureReference(options, lossOptions));
  const loss = { definition: options.loss, options: lossOptions, reference };
  const optimizer = (optimizerOf as (spec: TrainingSpec['optimizer']) => Optimizer)(spec.optimizer);
  const trainer = trainerOf(options, { loss, optimizer });
  const first = initialState(network, { trainer, optimizer, keepFrozen: loss.definition.needsFrozen?.(lossOptions) ?? false });
  const start = saved?.restore(first) ?? first;
  using loop = runner.loop(trainer.step, start, { name: `${spec.trainer.kind} training step` });
  dispose([first, start]);
  let { epoch, step, patience } = saved?.position ?? { epoch: 0, step: 0, patience: freshPatience };
  while (epoch < spec.epochs && !isSpent(patience, spec.earlyStop)) {
    stopIfAborted(signal);
    epoch++;
    const result = yield* runEpoch({ ...options, trainer, optimizer, loop }, { epoch, step });
    step += result.steps;
    const state = await loop.read();
    try {
      await checkFinite(state.params, epoch);
      network.setParams({ ...state.params, ...state.fixed });
      const after = epochItem(result, { state, position: { epoch, step, reference, patience }, spec, threads: runner.threads });
      yield after.item;
      patience = after.patience();
    } finally {
      dispose(state);
    }
  }
}
