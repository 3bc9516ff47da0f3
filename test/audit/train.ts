/**
 * Trains the three networks from which the test bed of the audit is made, and writes their weights into `fixtures/`:
 * `tsx test/audit/train.ts [standard|adversarial|control ...]`. MNIST, seed 0.
 */
import { writeFile } from 'node:fs/promises';
import { compiledRunner } from '@entropic-lab/compiler';
import pgd from '@entropic-lab/attack-pgd';
import { openDataset } from '@entropic-lab/datasets';
import { accuracy, diagnose } from '@entropic-lab/evaluation';
import { crossEntropyLoss } from '@entropic-lab/loss-cross-entropy';
import { entropicLoss } from '@entropic-lab/loss-entropic';
import { loadParams, paramsToBytes } from '@entropic-lab/models';
import { TrainingSpec } from '@entropic-lab/protocol';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import { train } from '@entropic-lab/trainers';
import { firstWeights, smallNetwork, weightsBytes } from './small-network.ts';
import { EPSILON } from './threat.ts';

interface Recipe {
  readonly trainLimit: number;
  readonly from?: string;
  readonly spec: TrainingSpec;
}

const recipes: Readonly<Record<string, Recipe>> = {
  standard: { trainLimit: 12_000, spec: TrainingSpec.parse({ epochs: 6, batchSize: 64 }) },
  adversarial: {
    trainLimit: 30_000,
    spec: TrainingSpec.parse({
      epochs: 12,
      batchSize: 64,
      trainer: { kind: 'adversarial', warmupEpochs: 3, attack: { plugin: 'pgd', norm: 'linf', epsilon: EPSILON, options: { steps: 7, stepSize: 0.3 } } },
      schedule: { kind: 'cosine', floor: 0.05 },
    }),
  },
  // The control of entropic retraining, lambda 0, with batches of 4 as the paper has them; at a rate that gets in
  // a minute to where the paper's 9e-4 is after hundreds of epochs.
  control: {
    trainLimit: 12_000,
    from: 'standard',
    spec: TrainingSpec.parse({ epochs: 30, batchSize: 4, optimizer: { kind: 'adam', learningRate: 1e-2 }, schedule: { kind: 'cosine', floor: 0.01 }, loss: { plugin: 'entropic', options: { lambda: 0 } } }),
  },
};

await prepareBackend('wasm');
await using runner = compiledRunner({ threads: 1 });
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(recipes)) {
  const { trainLimit, from, spec } = recipes[name]!;
  const dataset = await openDataset('mnist', {}, { trainLimit, testLimit: 500 });
  using network = smallNetwork();
  const rng = new Rng(0).fork(name);
  if (from === undefined) firstWeights(network, rng);
  else loadParams(network, await weightsBytes(from), from);
  const loss = name === 'control' ? entropicLoss : crossEntropyLoss;
  for await (const item of train({ network, dataset, spec, loss, attack: pgd, runner, rng })) {
    if (item.kind !== 'epoch') continue;
    const measurement = { network, examples: dataset.test, runner };
    const { medianLogitMargin, zeroGradientShare } = await diagnose(measurement);
    console.log(name, item.epoch, item.loss['total']!.toPrecision(4), (await accuracy(measurement)).accuracy, medianLogitMargin.toFixed(1), zeroGradientShare);
  }
  await writeFile(new URL(`fixtures/${name}.safetensors`, import.meta.url), await paramsToBytes(network.params));
}
