import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compiledRunner } from '@entropic-lab/compiler';
import { batches, openDataset, type Dataset, type ExampleSet } from '@entropic-lab/datasets';
import { createNetwork, loadParams, paramsToBytes, type Network } from '@entropic-lab/models';
import { eagerRunner, prepareBackend, Rng, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** What every experiment here shares: flags, engine, data, and a folder for what it writes. */
export interface Setting {
  readonly flags: Flags;
  readonly runner: Runner;
  readonly rng: Rng;
  readonly dataset: Dataset;
}

const options = {
  epochs: { type: 'string' },
  lambda: { type: 'string' },
  'train-limit': { type: 'string' },
  'test-limit': { type: 'string' },
  examples: { type: 'string' },
  attacks: { type: 'string' },
  steps: { type: 'string' },
  factor: { type: 'string' },
  seed: { type: 'string', default: '1' },
  threads: { type: 'string', default: '1' },
  engine: { type: 'string', default: 'compiled' },
  out: { type: 'string', default: '.entropic/experiments' },
} as const;
type Flags = { readonly [name in keyof typeof options]?: string };

/** MNIST on the engine that the flags name. */
export async function openSetting(): Promise<Setting> {
  const { values: flags } = parseArgs({ options });
  await prepareBackend('wasm');
  const runner = flags.engine === 'eager' ? eagerRunner() : compiledRunner({ threads: Number(flags.threads) });
  const dataset = await openDataset('mnist', {}, { trainLimit: number(flags['train-limit']), testLimit: number(flags['test-limit']) });
  await mkdir(flags.out!, { recursive: true });
  return { flags, runner, rng: new Rng(Number(flags.seed)), dataset };
}

/** A fresh LeNet-5, or the one that `pretrain-lenet5` saved under the same seed. */
export async function lenet5({ rng, flags }: Setting, pretrained: boolean): Promise<Network> {
  const network = createNetwork('lenet5', { rng });
  if (pretrained) loadParams(network, await readFile(weightsFile(flags, 'pretrained')), 'pretrained');
  return network;
}

export async function saveWeights(network: Network, flags: Flags, name: string): Promise<string> {
  const file = weightsFile(flags, name);
  await writeFile(file, await paramsToBytes(network.params));
  return file;
}

/** Multiplies weights and bias of the last layer: every answer stays, every margin grows by the factor. */
export function scaleLastLayer(network: Network, factor: number): void {
  const scaled = Object.fromEntries(Object.entries(network.params).map(([name, value]) => [name, name.startsWith('logits/') ? tf.mul(value, factor) : value.clone()]));
  network.setParams(scaled);
  tf.dispose(scaled);
}

function weightsFile({ out, seed }: Flags, name: string): string {
  return join(out!, `lenet5-${name}-seed${seed}.safetensors`);
}

/** Appends a line of JSON to the experiment's record and shows it. */
export async function record({ flags }: Setting, name: string, line: Record<string, unknown>): Promise<void> {
  const text = JSON.stringify(line, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value));
  console.log(text);
  await writeFile(join(flags.out!, `${name}-seed${flags.seed}.jsonl`), `${text}\n`, { flag: 'a' });
}

/** Share of a set that the network classifies correctly. */
export function accuracyMeter(network: Network, runner: Runner): (set: ExampleSet) => Promise<number> {
  const classes = runner.jit((params: Network['params'], inputs: tf.Tensor4D) => tf.argMax(network.apply(params, inputs).logits, 1), { name: 'classes' });
  return async (set) => {
    let correct = 0;
    for (const batch of batches(set, { batchSize: 500 })) {
      const inputs = tf.tensor4d(batch.inputs, [batch.size, ...set.inputShape]);
      const answers = await classes(network.params, inputs);
      const values = await answers.data();
      correct += batch.labels.filter((label, place) => label === values[place]).length;
      tf.dispose([inputs, answers]);
    }
    return correct / set.count;
  };
}

export function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
