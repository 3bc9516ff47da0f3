import { createNetwork } from '@entropic-lab/models';
import { dispose, eagerRunner, leaves, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { adamStep, entropicLoss, initialState, randomBatch } from '../testing/networks.ts';
import { compiledRunner } from './runner.ts';

beforeAll(() => prepareBackend('wasm'));

it('stays with eager TF.js over 101 training steps of LeNet-5 that each engine takes by itself, and leaves no tensor behind', async () => {
  const network = createNetwork('lenet5', { rng: new Rng(1) });
  const step = adamStep(entropicLoss(network, 1e-4, 60));
  const initial = initialState(network.params);
  const batches = Array.from({ length: 20 }, (_, i) => randomBatch(network.inputShape, 4, i));
  await using runner = compiledRunner({ threads: 1 });
  using compiled = runner.loop(step, initial);
  using eager = eagerRunner().loop(step, initial);
  await compiled.run(batches.slice(0, 1)).then((ys) => ys.forEach(dispose));
  await eager.run(batches.slice(0, 1)).then((ys) => ys.forEach(dispose));
  const before = tf.memory().numTensors;
  for (let round = 0; round < 5; round++) {
    const [ours, theirs] = [await compiled.run(batches), await eager.run(batches)];
    ours.forEach(({ loss }, i) => {
      const [a, b] = [loss.dataSync()[0]!, theirs[i]!.loss.dataSync()[0]!];
      expect(Math.abs(a - b) / Math.abs(b), `loss of step ${round * 20 + i + 2}`).toBeLessThan(2e-5);
    });
    [...ours, ...theirs].forEach(dispose);
  }
  expect(tf.memory().numTensors).toBe(before);
  const [ours, theirs] = [await compiled.read(), await eager.read()];
  leaves(ours.params).forEach((weight, i) => {
    const difference = tf.max(tf.abs(tf.sub(weight, leaves(theirs.params)[i]!))).dataSync()[0]!;
    expect(difference).toBeLessThan(2e-4);
  });
});
