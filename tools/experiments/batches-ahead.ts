/**
 * What it is worth to have a thread make the batches: an epoch of batches alone, and steps of training of the CIFAR CNN
 * with shift and flip, each with and without, side by side. `--folder` is CIFAR-10's binary version, whole or in part.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { compiledRunner } from '@entropic-lab/compiler';
import { augmentation, batchesAhead, epochOrder, firstExamples, openDataset, worthAThread, type ExampleSet } from '@entropic-lab/datasets';
import { crossEntropyLoss } from '@entropic-lab/loss-cross-entropy';
import { createNetwork } from '@entropic-lab/models';
import { TrainingSpec } from '@entropic-lab/protocol';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import { train } from '@entropic-lab/trainers';

const { values: flags } = parseArgs({ options: { folder: { type: 'string' }, threads: { type: 'string', default: '1' }, rounds: { type: 'string', default: '3' } } });
await prepareBackend('wasm');
const rng = new Rng(1);
const cifar = await openDataset('cifar10', { partial: true, ...(flags.folder === undefined ? {} : { folder: flags.folder }) });
const mnist = await openDataset('mnist');

async function seconds(body: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await body();
  return (performance.now() - begun) / 1000;
}

/** Milliseconds that the caller waits for all batches of an epoch, doing nothing else. */
async function alone(set: ExampleSet, how: { batchSize: number; moved: boolean; thread: boolean }): Promise<number> {
  const moves = how.moved ? augmentation({ shift: 0.1, flip: true }, rng, { epoch: 1, count: set.count, shape: set.inputShape }) : undefined;
  const options = { batchSize: how.batchSize, order: epochOrder(rng, 1, set.count), moves, thread: how.thread };
  return 1000 * (await seconds(async () => {
    for await (const batch of batchesAhead(set, options)) void batch;
  }));
}

/** Seconds of an epoch of training. */
async function trained(set: ExampleSet, network: 'cifar-cnn' | 'lenet5', how: { batchSize: number; moved: boolean; thread: boolean }): Promise<number> {
  await using runner = compiledRunner({ threads: Number(flags.threads) });
  using fresh = createNetwork(network, { rng });
  const spec = TrainingSpec.parse({ epochs: 2, batchSize: how.batchSize, augment: how.moved ? { shift: 0.1, flip: true } : {} });
  let last = 0;
  for await (const item of train({ network: fresh, dataset: { train: set, bounds: set.bounds }, spec, loss: crossEntropyLoss, runner, rng, batchThread: how.thread })) if (item.kind === 'epoch') last = item.trainSeconds;
  return last;
}

const cases = [
  { name: 'cifar10, shift and flip, batch 32', set: cifar.train, batchSize: 32, moved: true },
  { name: 'cifar10 as it is, batch 32', set: cifar.train, batchSize: 32, moved: false },
  { name: 'mnist, shift and flip, batch 64', set: mnist.train, batchSize: 64, moved: true },
  { name: 'mnist as it is, batch 64', set: mnist.train, batchSize: 64, moved: false },
  { name: 'mnist as it is, batch 4', set: mnist.train, batchSize: 4, moved: false },
];
for (const { name, set, ...how } of cases) {
  const rule = worthAThread(set, how.moved ? { moves: new Int16Array(0) } : {});
  for (let round = 0; round < Number(flags.rounds); round++) {
    const [without, withThread] = [await alone(set, { ...how, thread: false }), await alone(set, { ...how, thread: true })];
    console.log(JSON.stringify({ batches: name, examples: set.count, rule, withoutMs: Math.round(without), withThreadMs: Math.round(withThread) }));
  }
}
const slices = [
  { name: 'cifar-cnn' as const, set: firstExamples(cifar.train, 1024, 'slice'), batchSize: 32, moved: true },
  { name: 'lenet5' as const, set: firstExamples(mnist.train, 12_000, 'slice'), batchSize: 64, moved: true },
];
for (const { name, set, ...how } of slices) {
  for (let round = 0; round < Number(flags.rounds); round++) {
    const [without, withThread] = [await trained(set, name, { ...how, thread: false }), await trained(set, name, { ...how, thread: true })];
    console.log(JSON.stringify({ training: name, examples: set.count, ...how, withoutSeconds: Number(without.toFixed(3)), withThreadSeconds: Number(withThread.toFixed(3)) }));
  }
}
