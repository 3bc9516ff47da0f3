import pgd from '@entropic-lab/attack-pgd';
import { compiledRunner } from '@entropic-lab/compiler';
import { exampleSet, type Dataset } from '@entropic-lab/datasets';
import { crossEntropyLoss } from '@entropic-lab/loss-cross-entropy';
import { entropicLoss } from '@entropic-lab/loss-entropic';
import { martLoss } from '@entropic-lab/loss-mart';
import { tradesLoss } from '@entropic-lab/loss-trades';
import { createNetwork, paramsToBytes, type Network } from '@entropic-lab/models';
import type { LossDefinition } from '@entropic-lab/plugin-sdk';
import { TrainingSpec } from '@entropic-lab/protocol';
import { eagerRunner, prepareBackend, Rng, type Runner } from '@entropic-lab/tensor';
import { train } from '@entropic-lab/trainers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** 40 images of 16 x 16, in batches of 16, 16 and 8. */
const bounds = { min: 0, max: 1 };
const dataset: Pick<Dataset, 'train' | 'bounds'> = {
  bounds,
  train: exampleSet({ name: 'noise', inputShape: [16, 16, 1], classes: 10, bounds, pixels: new Rng(1).uniform(40 * 256), labels: Int32Array.from({ length: 40 }, (_, at) => at % 10) }),
};

interface Case {
  readonly loss?: LossDefinition;
  readonly training?: object;
}

const cases: readonly (readonly [string, Case])[] = [
  ['standard training by Adam', {}],
  ['RMSprop', { training: { optimizer: { kind: 'rmsprop', learningRate: 1e-4 } } }],
  ['SGD with momentum', { training: { optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 } } }],
  ['the entropic loss', { loss: entropicLoss }],
  ['the entropic loss against the frozen network on each batch', { loss: entropicLoss, training: { loss: { plugin: 'entropic', options: { reference: 'same-batch' } } } }],
  ['adversarial training', { training: { trainer: { kind: 'adversarial', share: 0.5, attack: { plugin: 'pgd', epsilon: 0.1, options: { steps: 3 } } } } }],
  ['free training', { training: { trainer: { kind: 'free', epsilon: 0.1, replays: 2 } } }],
  ['TRADES', { loss: tradesLoss, training: { loss: { plugin: 'trades', options: { steps: 2, epsilon: 0.1 } } } }],
  ['MART', { loss: martLoss, training: { loss: { plugin: 'mart', options: { steps: 2, epsilon: 0.1 } } } }],
];

let compiled: Runner;
beforeAll(async () => {
  await prepareBackend('wasm');
  compiled = compiledRunner({ threads: 1 });
});
afterAll(() => compiled[Symbol.asyncDispose]());

const fresh = (seed = 1): Network => createNetwork('lenet5', { task: { inputShape: [16, 16, 1], classes: 10 }, rng: new Rng(seed) });

async function run({ loss = crossEntropyLoss, training = {} }: Case, network: Network, how: { runner: Runner; epochs?: number; resumeFrom?: Uint8Array }) {
  const spec = TrainingSpec.parse({ epochs: 2, batchSize: 16, ...training });
  const losses: Readonly<Record<string, number>>[] = [];
  let saved = new Uint8Array();
  for await (const item of train({ network, dataset, spec, loss, attack: pgd, runner: how.runner, rng: new Rng(2), resumeFrom: how.resumeFrom })) {
    if (item.kind !== 'epoch') continue;
    losses.push(item.loss);
    saved = new Uint8Array(await item.checkpoint());
    if (item.epoch === how.epochs) break;
  }
  return { losses, saved };
}

describe.each(cases)('compiled training: %s', (_, how) => {
  it('reports what eager training reports, term for term', async () => {
    using eagerly = fresh();
    using quickly = fresh();
    const expected = await run(how, eagerly, { runner: eagerRunner(), epochs: 1 });
    const got = await run(how, quickly, { runner: compiled, epochs: 1 });
    for (const [name, value] of Object.entries(expected.losses[0]!)) {
      expect(Math.abs(got.losses[0]![name]! - value), name).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
    }
  });

  it('resumes to the same bits', async () => {
    using whole = fresh();
    await run(how, whole, { runner: compiled });
    using begun = fresh();
    const { saved } = await run(how, begun, { runner: compiled, epochs: 1 });
    using resumed = fresh(7);
    await run(how, resumed, { runner: compiled, resumeFrom: saved });
    expect(Buffer.compare(await paramsToBytes(resumed.params), await paramsToBytes(whole.params))).toBe(0);
  });
});
