import { loadParams, paramsToBytes, type Network } from '@entropic-lab/models';
import { defineLoss, type AttackDefinition, type LossDefinition } from '@entropic-lab/plugin-sdk';
import { TrainingSpec } from '@entropic-lab/protocol';
import { crossEntropy, eagerRunner, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signStep, smallDataset, smallNetwork, watchingLoss } from './small.fixture.ts';
import { train } from './train.ts';

beforeAll(() => prepareBackend('cpu'));

/** Compares with the network before training, by a measured mean and on the same batch. */
const comparingLoss = defineLoss({
  name: 'comparing', version: '1.0.0', title: 'For tests', summary: '',
  options: z.strictObject({}),
  needsFrozen: () => true,
  reference: ({ logits }) => ({ size: tf.mean(tf.square(logits), 1) as tf.Tensor1D }),
  compute({ outputs, labels, reference, frozen }) {
    const size = tf.mean(tf.square(outputs.logits));
    const far = tf.add(tf.squaredDifference(size, tf.mul(reference['size']!, 1.5)), tf.mean(tf.squaredDifference(outputs.logits, frozen!.logits)));
    return { total: tf.add(tf.mean(crossEntropy(outputs.logits, labels)), tf.mul(far, 0.1)) as tf.Scalar, terms: { far: far as tf.Scalar } };
  },
});

interface Case {
  readonly training: object;
  readonly loss?: LossDefinition;
  readonly attack?: AttackDefinition | undefined;
  readonly batchThread?: boolean;
}

const adam = { kind: 'adam', learningRate: 0.01 };
const rmsprop = { kind: 'rmsprop', learningRate: 0.01 };
const momentum = { kind: 'sgd', learningRate: 0.1, momentum: 0.9 };
const adversarial = { kind: 'adversarial', share: 0.6, warmupEpochs: 3, attack: { plugin: 'sign-step', epsilon: 0.2 } };
const free = { kind: 'free', epsilon: 0.1, replays: 2 };
const cases: readonly (readonly [string, Case])[] = [
  ...[adam, rmsprop, momentum].flatMap((optimizer): [string, Case][] => [
    [`standard training by ${optimizer.kind}`, { training: { optimizer } }],
    [`a loss that compares, by ${optimizer.kind}`, { training: { optimizer }, loss: comparingLoss }],
    [`adversarial training by ${optimizer.kind}`, { training: { optimizer, trainer: adversarial }, attack: signStep }],
    [`free training by ${optimizer.kind}`, { training: { optimizer, trainer: free } }],
  ]),
  ['augmentation and a cosine', { training: { optimizer: adam, augment: { shift: 0.3, flip: true }, schedule: { kind: 'cosine' } } }],
  ['early stopping', { training: { optimizer: adam, earlyStop: { metric: 'value', mode: 'max', patience: 2 } } }],
];

async function run({ training, loss = watchingLoss, attack, batchThread }: Case, { network, resumeFrom, stopAfter = Infinity }: { network: Network; resumeFrom?: Uint8Array; stopAfter?: number }): Promise<{ epochs: number[]; saved: Uint8Array }> {
  const spec = TrainingSpec.parse({ epochs: 4, batchSize: 8, ...training });
  const epochs: number[] = [];
  let saved = new Uint8Array();
  for await (const item of train({ network, dataset: smallDataset(), spec, loss, attack, runner: eagerRunner(), rng: new Rng(3), resumeFrom, batchThread })) {
    if (item.kind !== 'epoch') continue;
    epochs.push(item.epoch);
    item.observe({ value: [1, 0, 2, 0, 0][item.epoch - 1] });
    saved = new Uint8Array(await item.checkpoint());
    if (item.epoch === stopAfter) break;
  }
  return { epochs, saved };
}

describe.each(cases)('%s', (_, how) => {
  it('that is interrupted and resumed ends as one that was not, to the bit', async () => {
    using whole = smallNetwork(1);
    const uninterrupted = await run(how, { network: whole });
    using begun = smallNetwork(1);
    const { saved } = await run(how, { network: begun, stopAfter: 2 });
    using resumed = smallNetwork(99);
    const rest = await run(how, { network: resumed, resumeFrom: saved });
    expect(rest.epochs).toEqual([3, 4]);
    expect(Buffer.compare(await paramsToBytes(resumed.params), await paramsToBytes(whole.params))).toBe(0);
    expect(Buffer.compare(rest.saved, uninterrupted.saved)).toBe(0);
  });
});

describe('batches that a thread makes', () => {
  it.each([
    ['standard', { optimizer: adam, augment: { shift: 0.3, flip: true } }, undefined],
    ['free', { optimizer: adam, trainer: free }, undefined],
    ['adversarial', { optimizer: adam, trainer: adversarial }, signStep],
  ])('train to the same bits: %s', async (_, training, attack) => {
    const [by, alone] = [smallNetwork(1), smallNetwork(1)];
    const { saved } = await run({ training, attack, batchThread: true }, { network: by });
    expect(Buffer.compare(saved, (await run({ training, attack, batchThread: false }, { network: alone })).saved)).toBe(0);
    [by, alone].forEach((network) => network[Symbol.dispose]());
  });
});

describe('a checkpoint', () => {
  it('holds the patience of early stopping', async () => {
    const how = { training: { epochs: 9, earlyStop: { metric: 'value', mode: 'min', patience: 2 } } };
    using network = smallNetwork(1);
    const { saved } = await run(how, { network, stopAfter: 3 });
    expect((await run(how, { network, resumeFrom: saved })).epochs).toEqual([4]);
  });

  it('of a training that is over has nothing left to do', async () => {
    using network = smallNetwork(1);
    const { saved } = await run({ training: {} }, { network });
    expect((await run({ training: {} }, { network, resumeFrom: saved })).epochs).toEqual([]);
  });

  it.each([
    ['adam', adam],
    ['rmsprop', rmsprop],
  ])('of version 1 goes on as version 1 did, but for rounding: %s', async (kind, optimizer) => {
    const fixture = (name: string): Promise<Buffer> => readFile(new URL(`./fixtures/${kind}-version-1${name}.safetensors`, import.meta.url));
    using network = smallNetwork(99);
    const { epochs } = await run({ training: { optimizer } }, { network, resumeFrom: await fixture('') });
    expect(epochs).toEqual([3, 4]);
    using expected = smallNetwork(99);
    loadParams(expected, await fixture('-end'), 'fixture');
    for (const [name, weight] of Object.entries(expected.params)) {
      const got = network.params[name]!.dataSync();
      weight.dataSync().forEach((value, at) => expect(Math.abs(got[at]! - value), name).toBeLessThan(1e-6));
    }
  });

  it('is refused where it is damaged or of another training', async () => {
    using network = smallNetwork(1);
    const { saved } = await run({ training: {} }, { network, stopAfter: 1 });
    const resume = (training: object, bytes: Uint8Array, other: Network = network) => run({ training }, { network: other, resumeFrom: bytes });
    const altered = new Uint8Array(saved);
    altered[altered.length - 5]! ^= 1;
    await expect(resume({}, altered)).rejects.toMatchObject({ code: 'BAD_WEIGHTS', message: expect.stringMatching(/altered/) });
    await expect(resume({}, saved.subarray(0, 300))).rejects.toMatchObject({ code: 'BAD_WEIGHTS' });
    await expect(resume({ batchSize: 4 }, saved)).rejects.toThrow(/same training spec/);
    await expect(resume({}, await paramsToBytes(network.params))).rejects.toThrow(/version 2 or older, got version none/);
    using smaller = smallNetwork(1, false);
    await expect(resume({}, saved, smaller)).rejects.toMatchObject({ code: 'BAD_WEIGHTS' });
  });
});
