import { batches } from '@entropic-lab/datasets';
import type { Params } from '@entropic-lab/models';
import { tensor4d, type Tensor1D, type Tensor4D } from '@tensorflow/tfjs-core';
import type { TrainingProgress } from './items.ts';
import { stopIfAborted, throttled } from './throttle.ts';
import type { TrainOptions } from './train.ts';

const BATCH = 250;

/**
 * What the loss wants to know of the network before training: means over the training set, summed in float64.
 * @throws LabError UNREACHABLE_TARGET where the loss finds its options senseless for this network.
 */
export async function* measureReference(
  { network, dataset, loss, runner, signal }: TrainOptions,
  lossOptions: Record<string, unknown>,
): AsyncGenerator<TrainingProgress, Readonly<Record<string, number>>, undefined> {
  if (loss.reference === undefined) return {};
  const set = dataset.train;
  const measure = runner.jit<[Params, Tensor4D], { readonly [name: string]: Tensor1D }>(
    (params, inputs) => loss.reference!(network.apply(params, inputs), lossOptions, inputs),
    { name: `reference of ${loss.name}` },
  );
  const sums: Record<string, number> = {};
  const due = throttled();
  for (const batch of batches(set, { batchSize: BATCH })) {
    stopIfAborted(signal);
    const inputs = tensor4d(batch.inputs, [batch.size, ...set.inputShape]);
    const values = await measure(network.params, inputs);
    inputs.dispose();
    for (const [name, value] of Object.entries(values)) {
      sums[name] = Array.from(await value.data()).reduce((sum, term) => sum + term, sums[name] ?? 0);
      value.dispose();
    }
    if (due()) yield { kind: 'progress', phase: 'reference', epoch: 1, done: batch.indices.at(-1)! + 1, total: set.count, unit: 'examples' };
  }
  const means = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / set.count]));
  loss.checkReference?.(means, lossOptions);
  return means;
}
