import type { Worker } from 'node:worker_threads';
import type { Dataset } from '@entropic-lab/datasets';
import { toArray, type Network } from '@entropic-lab/models';
import { defineLoss } from '@entropic-lab/plugin-sdk';
import { LabError, TrainingSpec } from '@entropic-lab/protocol';
import { eagerRunner, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainedEpoch } from './items.ts';
import { CLASSES, PIXELS, smallDataset, smallNetwork, watchingLoss } from './small.fixture.ts';
import { train, type TrainOptions } from './train.ts';

beforeAll(() => prepareBackend('cpu'));

type Given = Partial<TrainOptions> & { readonly network: Network; readonly training: object };

function options({ training, ...given }: Given): TrainOptions {
  return { dataset: smallDataset(), loss: watchingLoss, runner: eagerRunner(), rng: new Rng(1), ...given, spec: TrainingSpec.parse({ batchSize: 8, ...training }) };
}

async function epochsOf(given: Given, each: (epoch: TrainedEpoch) => unknown = () => undefined): Promise<TrainedEpoch[]> {
  const epochs: TrainedEpoch[] = [];
  for await (const item of train(options(given))) {
    if (item.kind !== 'epoch') continue;
    epochs.push(item);
    await each(item);
  }
  return epochs;
}

/** Softmax regression by full-batch gradient descent in plain float64 numbers. */
function plainDescent({ train: set }: Pick<Dataset, 'train'>, start: { kernel: number[]; bias: number[] }, { steps, rate }: { steps: number; rate: number }): { kernel: number[]; bias: number[]; losses: number[] } {
  const kernel = [...start.kernel];
  const bias = [...start.bias];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const gradient = { kernel: kernel.map(() => 0), bias: bias.map(() => 0) };
    let loss = 0;
    for (let image = 0; image < set.count; image++) {
      const x = Array.from(set.pixels.subarray(image * PIXELS, (image + 1) * PIXELS));
      const logits = bias.map((b, k) => x.reduce((sum, value, j) => sum + value * kernel[j * CLASSES + k]!, b));
      const norm = logits.reduce((sum, z) => sum + Math.exp(z), 0);
      loss -= (logits[set.labels[image]!]! - Math.log(norm)) / set.count;
      logits.forEach((z, k) => {
        const error = (Math.exp(z) / norm - (k === set.labels[image] ? 1 : 0)) / set.count;
        gradient.bias[k]! += error;
        x.forEach((value, j) => (gradient.kernel[j * CLASSES + k]! += error * value));
      });
    }
    losses.push(loss);
    gradient.kernel.forEach((g, at) => (kernel[at]! -= rate * g));
    gradient.bias.forEach((g, at) => (bias[at]! -= rate * g));
  }
  return { kernel, bias, losses };
}

describe('training', () => {
  it('does what gradient descent in plain numbers does', async () => {
    const dataset = smallDataset();
    using network = smallNetwork(5, false);
    const start = { kernel: Array.from(network.params['logits/kernel']!.dataSync()), bias: Array.from(network.params['logits/bias']!.dataSync()) };
    const expected = plainDescent(dataset, start, { steps: 20, rate: 0.5 });
    const epochs = await epochsOf({ network, dataset, training: { epochs: 20, batchSize: 26, optimizer: { kind: 'sgd', learningRate: 0.5 } } });
    epochs.forEach(({ loss, steps }, at) => expect([loss['total'], steps]).toEqual([expect.closeTo(expected.losses[at]!, 5), 1]));
    expected.kernel.forEach((weight, at) => expect(network.params['logits/kernel']!.dataSync()[at]).toBeCloseTo(weight, 5));
    expected.bias.forEach((weight, at) => expect(network.params['logits/bias']!.dataSync()[at]).toBeCloseTo(weight, 5));
  });

  it('trains on every example once an epoch, the short last batch too, and reports means over the steps', async () => {
    const dataset = smallDataset();
    using network = smallNetwork(1);
    const [epoch] = await epochsOf({ network, dataset, training: { epochs: 1, optimizer: { kind: 'sgd', learningRate: 1e-30 } } });
    expect(epoch).toMatchObject({ epoch: 1, steps: 4, learningRate: 1e-30 });
    expect(Object.keys(epoch!.loss).sort()).toEqual(['brightest', 'mean', 'total']);
    // Batches of 8, 8, 8 and 2 count the same: the mean of their means lies near that of the examples.
    const mean = Array.from(dataset.train.pixels).reduce((sum, value) => sum + value, 0) / dataset.train.pixels.length;
    expect(epoch!.loss['mean']).toBeCloseTo(mean, 1);
  });

  it('takes the learning rate of its schedule, as data', async () => {
    using network = smallNetwork(1);
    const epochs = await epochsOf({ network, training: { epochs: 4, schedule: { kind: 'step', epochs: [2, 4], factor: 0.5 }, optimizer: { kind: 'sgd', learningRate: 1 } } });
    expect(epochs.map(({ learningRate }) => learningRate)).toEqual([1, 0.5, 0.5, 0.25]);
  });

  it('is determined by the seed', async () => {
    const weights = async (seed: number) => {
      using network = smallNetwork(1);
      await epochsOf({ network, rng: new Rng(seed), training: { epochs: 2, augment: { shift: 0.3, flip: true } } });
      return (await toArray(network.params['first/kernel']!)).values;
    };
    expect(await weights(1)).toEqual(await weights(1));
    expect(await weights(1)).not.toEqual(await weights(2));
  });

  it('leaves weights alone that are not to be trained', async () => {
    using network = smallNetwork(1);
    const held: Network = Object.defineProperty(network, 'trainable', { value: ['logits/kernel', 'logits/bias'] });
    const before = Array.from(network.params['first/kernel']!.dataSync());
    const logits = Array.from(network.params['logits/kernel']!.dataSync());
    await epochsOf({ network: held, training: { epochs: 1 } });
    expect(Array.from(network.params['first/kernel']!.dataSync())).toEqual(before);
    expect(Array.from(network.params['logits/kernel']!.dataSync())).not.toEqual(logits);
  });
});

describe('the end of a training', () => {
  it('names epoch and step where the loss is not finite', async () => {
    using network = smallNetwork(1);
    const diverging = epochsOf({ network, training: { epochs: 3, optimizer: { kind: 'sgd', learningRate: 1e37 } } });
    await expect(diverging).rejects.toMatchObject({ code: 'DIVERGED', message: expect.stringMatching(/finite loss, got (NaN|Infinity) at step [2-4] of epoch 1 .*smaller learning rate/) });
  });

  it('names the weight that the last step left without a number', async () => {
    using network = smallNetwork(1);
    const before = Array.from(network.params['first/kernel']!.dataSync());
    // One step: its loss is that of the weights before it.
    const steep = defineLoss({ ...watchingLoss, compute: ({ outputs }) => ({ total: tf.mul(tf.sum(outputs.logits), 100) as tf.Scalar, terms: {} }) });
    const diverging = epochsOf({ network, loss: steep, training: { epochs: 1, batchSize: 26, optimizer: { kind: 'sgd', learningRate: 3e38 } } });
    await expect(diverging).rejects.toMatchObject({ code: 'DIVERGED', message: expect.stringMatching(/finite weights, got another in \S+ after epoch 1/) });
    expect(Array.from(network.params['first/kernel']!.dataSync())).toEqual(before);
  });

  it('comes once the signal is aborted', async () => {
    using network = smallNetwork(1);
    const controller = new AbortController();
    const seen: number[] = [];
    const stopped = epochsOf({ network, signal: controller.signal, training: { epochs: 100 } }, ({ epoch }) => {
      seen.push(epoch);
      if (epoch === 2) controller.abort();
    });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(seen).toEqual([1, 2]);
  });

  it('leaves no thread behind, however it ends', async () => {
    using network = smallNetwork(1);
    const begun: Worker[] = [];
    const remember = (thread: Worker): number => begun.push(thread);
    process.on('worker', remember);
    const controller = new AbortController();
    const ending = async (training: object, signal?: AbortSignal): Promise<void> => {
      for await (const item of train({ ...options({ network, training }), batchThread: true, signal })) if (item.kind === 'progress') controller.abort();
    };
    await expect(ending({ epochs: 5, batchSize: 1 }, controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(ending({ epochs: 1, batchSize: 1, optimizer: { kind: 'sgd', learningRate: 1e37 } })).rejects.toMatchObject({ code: 'DIVERGED' });
    process.off('worker', remember);
    expect(begun.map(({ threadId }) => threadId)).toEqual([-1, -1]);
  });

  it.each([
    ['the last epoch', {}, Infinity],
    ['a break in the middle', {}, 1],
    ['a loss that is not finite', { optimizer: { kind: 'sgd', learningRate: 1e37 } }, Infinity],
  ])('leaves no tensor behind after %s', async (_, training, breakAfter) => {
    using network = smallNetwork(1);
    const run = async (): Promise<void> => {
      for await (const item of train(options({ network, training: { epochs: 3, ...training } }))) if (item.kind === 'epoch' && item.epoch === breakAfter) break;
    };
    const attempt = () => run().catch((thrown: unknown) => expect(LabError.from(thrown).code).toBe('DIVERGED'));
    await attempt();
    const before = tf.memory().numTensors;
    network.setParams(network.params);
    await attempt();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('comes early where a metric stops getting better', async () => {
    using network = smallNetwork(1);
    const accuracies = [0.1, 0.5, 0.4, 0.5, 0.3, 0.9];
    const seen: boolean[] = [];
    const earlyStop = { metric: 'cleanAccuracy', mode: 'max', patience: 3 };
    await epochsOf({ network, training: { epochs: 6, earlyStop } }, (epoch) => seen.push(epoch.observe({ cleanAccuracy: accuracies[epoch.epoch - 1] }).last));
    expect(seen).toEqual([false, false, false, false, true]);
    await expect(epochsOf({ network, training: { epochs: 6, earlyStop } })).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'training.earlyStop' });
  });

  it('refuses options of the loss that are misspelt, before anything runs', async () => {
    using network = smallNetwork(1);
    await expect(epochsOf({ network, training: { epochs: 1, loss: { plugin: 'watching', options: { lamda: 1 } } } })).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'training.loss.options.lamda' });
  });
});
