import { exampleSet } from '@entropic-lab/datasets';
import { defineAttack, defineLoss } from '@entropic-lab/plugin-sdk';
import { TrainingSpec } from '@entropic-lab/protocol';
import { eagerRunner, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { brighten, CLASSES, PIXELS, smallNetwork, watchingLoss } from './small.fixture.ts';
import { train, type TrainOptions } from './train.ts';

beforeAll(() => prepareBackend('cpu'));

const bounds = { min: 0, max: 1 };
/** Images of one gray, so that whatever differs from it was put there. */
const gray = (value: number, count = 20) => ({
  bounds,
  train: exampleSet({ name: 'gray', inputShape: [2, 4, 1], classes: CLASSES, bounds, pixels: new Float32Array(count * PIXELS).fill(value), labels: new Int32Array(count) }),
});

async function losses(training: object, more: Partial<TrainOptions> = {}): Promise<Readonly<Record<string, number>>[]> {
  using network = smallNetwork(1);
  const spec = TrainingSpec.parse({ batchSize: 10, optimizer: { kind: 'sgd', learningRate: 1e-30 }, ...training });
  const found: Readonly<Record<string, number>>[] = [];
  for await (const item of train({ network, dataset: gray(0.25), spec, loss: watchingLoss, runner: eagerRunner(), rng: new Rng(1), ...more })) if (item.kind === 'epoch') found.push(item.loss);
  return found;
}

describe('adversarial training', () => {
  const trainer = (more: object) => ({ kind: 'adversarial', attack: { plugin: 'brighten', epsilon: 0.5 }, ...more });

  it('trains on what the attack makes of all examples, or of a share', async () => {
    expect((await losses({ epochs: 1, trainer: trainer({}) }, { attack: brighten }))[0]!['mean']).toBeCloseTo(0.75, 6);
    expect((await losses({ epochs: 1, trainer: trainer({ share: 0.3 }) }, { attack: brighten }))[0]!['mean']).toBeCloseTo(0.25 + 0.3 * 0.5, 6);
    expect((await losses({ epochs: 1, trainer: trainer({ share: 0 }) }, { attack: brighten }))[0]!['mean']).toBeCloseTo(0.25, 6);
  });

  it('stays within the bounds of the pixels', async () => {
    const [loss] = await losses({ epochs: 1, trainer: trainer({}) }, { attack: brighten, dataset: gray(0.9) });
    expect(loss!['brightest']).toBe(1);
  });

  it('lets epsilon grow on a line over the warm-up', async () => {
    // Two batches an epoch: epsilon is 0, 1/4, then 2/4, 3/4, then all of 0.5.
    const found = await losses({ epochs: 3, trainer: trainer({ warmupEpochs: 2 }) }, { attack: brighten });
    const means = [0 + 0.25, 0.5 + 0.75, 2].map((sum) => 0.25 + (0.5 * sum) / 2);
    found.forEach((loss, at) => expect(loss['mean']).toBeCloseTo(means[at]!, 6));
  });

  it('refuses to run without its attack, in a norm it does not have, and with one that fails', async () => {
    await expect(losses({ epochs: 1, trainer: trainer({}) })).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'training.trainer.attack' });
    const l2 = trainer({ attack: { plugin: 'brighten', epsilon: 1, norm: 'l2' } });
    await expect(losses({ epochs: 1, trainer: l2 }, { attack: brighten })).rejects.toMatchObject({ path: 'training.trainer.attack.norm' });
    const failing = defineAttack({ ...brighten, name: 'failing', perturb: () => { throw new Error('no luck'); } });
    await expect(losses({ epochs: 1, trainer: trainer({}) }, { attack: failing })).rejects.toMatchObject({ code: 'PLUGIN_FAILED', message: expect.stringMatching(/no luck/) });
  });

  it('attacks the weights as they are at that step, not as they were', async () => {
    // The attack paints the first weight; with a step in between it changes.
    const painter = defineAttack({ ...brighten, name: 'painter', perturb: ({ inputs, model }) => tf.add(tf.zerosLike(inputs), tf.sigmoid(tf.mean(model.logits(tf.zerosLike(inputs))))) as tf.Tensor4D });
    const attack = { plugin: 'painter', epsilon: 1 };
    const frozen = await losses({ epochs: 2, trainer: trainer({ attack }) }, { attack: painter });
    expect(frozen[0]!['mean']).toBe(frozen[1]!['mean']);
    const moving = await losses({ epochs: 2, trainer: trainer({ attack }), optimizer: { kind: 'sgd', learningRate: 0.5 } }, { attack: painter });
    expect(moving[0]!['mean']).not.toBeCloseTo(moving[1]!['mean']!, 4);
  });
});

describe('a loss that looks around its inputs', () => {
  it('is given the images it made, as constants of the gradient', async () => {
    // If a gradient passed through them, the weights would move by it.
    const options = watchingLoss.options;
    const looking = defineLoss({
      ...watchingLoss,
      options,
      perturb: ({ inputs, forward }) => tf.add(inputs, tf.mul(tf.sigmoid(tf.sum(forward(inputs).logits)), 0.5)) as tf.Tensor4D,
      compute: ({ perturbed, outputs }) => ({ total: tf.add(tf.mul(tf.sum(outputs.logits), 0), tf.sum(perturbed!)) as tf.Scalar, terms: { perturbed: tf.mean(perturbed!) as tf.Scalar } }),
    });
    const [first, second] = await losses({ epochs: 2, optimizer: { kind: 'sgd', learningRate: 1 } }, { loss: looking });
    expect(first!['perturbed']).toBeGreaterThan(0.25);
    expect(second!['perturbed']).toBe(first!['perturbed']);
  });
});

describe('free training', () => {
  const trainer = (replays: number) => ({ kind: 'free', epsilon: 0.125, replays });

  it('replays each batch, clean at first and perturbed by epsilon from then on', async () => {
    // One batch of 20, so the perturbation of the last replay is there for the next epoch.
    const found = await losses({ epochs: 2, batchSize: 20, trainer: trainer(4) });
    const brightest = 0.25 + 0.125;
    expect(found[0]!['brightest']).toBeCloseTo((0.25 + 3 * brightest) / 4, 6);
    expect(found[1]!['brightest']).toBeCloseTo(brightest, 6);
  });

  it('stays within the bounds, and counts every replay as a step', async () => {
    expect((await losses({ epochs: 1, trainer: trainer(3) }, { dataset: gray(0.99) }))[0]!['brightest']).toBeLessThanOrEqual(1);
    using network = smallNetwork(1);
    const spec = TrainingSpec.parse({ epochs: 1, batchSize: 8, trainer: trainer(3) });
    for await (const item of train({ network, dataset: gray(0.5), spec, loss: watchingLoss, runner: eagerRunner(), rng: new Rng(1) })) if (item.kind === 'epoch') expect(item.steps).toBe(9);
  });
});
