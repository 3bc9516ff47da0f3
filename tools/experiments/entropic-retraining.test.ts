import { compiledRunner } from '@entropic-lab/compiler';
import { openDataset, type Dataset } from '@entropic-lab/datasets';
import { entropyMeter } from '@entropic-lab/entropy';
import { crossEntropyLoss } from '@entropic-lab/loss-cross-entropy';
import { entropicLoss } from '@entropic-lab/loss-entropic';
import { createNetwork, loadParams, paramsToBytes, type Network } from '@entropic-lab/models';
import type { LossDefinition } from '@entropic-lab/plugin-sdk';
import { TrainingSpec } from '@entropic-lab/protocol';
import { prepareBackend, Rng, type Runner } from '@entropic-lab/tensor';
import { train } from '@entropic-lab/trainers';
import { afterAll, beforeAll, expect, it } from 'vitest';

let runner: Runner;
let dataset: Dataset;
beforeAll(async () => {
  await prepareBackend('wasm');
  runner = compiledRunner({ threads: 1 });
  dataset = await openDataset('mnist', {}, { trainLimit: 1600 });
});
afterAll(() => runner[Symbol.asyncDispose]());

async function trained(network: Network, loss: LossDefinition, training: object): Promise<void> {
  for await (const item of train({ network, dataset, spec: TrainingSpec.parse(training), loss, runner, rng: new Rng(1) })) void item;
}

it('entropic retraining brings E_T to 1.65 times its value within the first epoch; the control does not', async () => {
  using network = createNetwork('lenet5', { rng: new Rng(1) });
  await trained(network, crossEntropyLoss, { epochs: 3, batchSize: 64 });
  const pretrained = await paramsToBytes(network.params);
  const meter = entropyMeter(network, { runner });
  const before = (await meter.measure(dataset.train)).entropyFlow;
  const times = async (lambda: number): Promise<number> => {
    loadParams(network, pretrained);
    await trained(network, entropicLoss, { epochs: 1, batchSize: 4, optimizer: { kind: 'adam', learningRate: 9e-4 }, loss: { plugin: 'entropic', options: { lambda } } });
    return (await meter.measure(dataset.train)).entropyFlow / before;
  };
  expect(Math.abs((await times(1)) - 1.65)).toBeLessThan(0.05);
  expect(await times(0)).toBeLessThan(1);
});
