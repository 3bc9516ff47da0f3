import { createNetwork, type Network } from '@entropic-lab/models';
import { eagerRunner, leafPaths, leaves, prepareBackend, Rng, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adamStep, entropicLoss, initialState, randomBatch, type TrainBatch } from '../testing/networks.ts';
import { compiledRunner } from './runner.ts';

let runner: Runner;

beforeAll(async () => {
  await prepareBackend('wasm');
  runner = compiledRunner({ threads: 1 });
});

afterAll(() => runner[Symbol.asyncDispose]());

const BATCH = 2;

/** Which units are on, and which pixel wins each 2x2 window: where two engines differ here, so may their gradients. */
function pattern(activations: readonly tf.Tensor[]): Uint8Array[] {
  return activations.map((h) => tf.tidy(() => {
    const winners = h.shape.length === 4 ? tf.grad((x) => tf.sum(tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')))(h) : tf.zerosLike(h);
    return Uint8Array.from(tf.add(tf.mul(tf.step(h), 2), winners).dataSync());
  }));
}

const activations = (network: Network) => (x: tf.Tensor) => network.apply(network.params, x as tf.Tensor4D).layers.filter(({ kind }) => kind === 'activation').map(({ output }) => output);

/** A batch on which rounding decides nothing: no pre-activation is so near 0, and no window so near a tie, that the engines disagree. */
async function batchAwayFromKinks(network: Network): Promise<TrainBatch> {
  const forward = activations(network);
  const compiled = runner.jit(forward);
  for (let seed = 1; seed <= 8; seed++) {
    const batch = randomBatch(network.inputShape, BATCH, seed);
    const [ours, theirs] = [pattern(await compiled(batch.x)), pattern(forward(batch.x))];
    if (ours.every((units, i) => Buffer.compare(units, theirs[i]!) === 0)) return batch;
  }
  throw new Error('expected a batch without kinks among eight');
}

const [LAMBDA, TARGET] = [1e-5, 60];

/** The loss in float64 from eager activations: TF.js sums tens of thousands of terms in float32 one by one. */
function plainLoss(network: Network, { x, labels }: TrainBatch): number {
  const { logits, layers } = network.apply(network.params, x as tf.Tensor4D);
  const counted = layers.filter(({ kind }) => kind === 'activation' || kind === 'probabilities');
  const rows = (tensor: tf.Tensor) => (tf.reshape(tensor, [BATCH, -1]) as tf.Tensor2D).arraySync();
  const entropy = (h: number[]) => h.reduce((sum, value) => sum - (value > 0 ? value * Math.log(Math.max(value, 1e-12)) : 0), 0);
  const [first, last] = [rows(counted[0]!.output), rows(counted.at(-1)!.output)];
  const flow = first.reduce((sum, h, i) => sum + (entropy(h) - entropy(last[i]!)) / (counted.length - 1), 0) / BATCH;
  const target = labels.dataSync();
  const crossEntropy = rows(logits).reduce((sum, z, i) => sum + Math.log(z.reduce((all, value) => all + Math.exp(value), 0)) - z[target[i]!]!, 0) / BATCH;
  return crossEntropy + LAMBDA * (flow - TARGET) ** 2;
}

const largest = (values: Iterable<number>) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe.each(['lenet5', 'mnist-cnn', 'cifar-cnn'])('a training step of %s', (name) => {
  it('has the loss within 1e-6 of plain numbers and the gradients of eager TF.js within 1e-5', async () => {
    const network = createNetwork(name, { rng: new Rng(2) });
    const step = adamStep(entropicLoss(network, LAMBDA, TARGET));
    const batch = await batchAwayFromKinks(network);
    using compiled = runner.loop(step, initialState(network.params));
    using eager = eagerRunner().loop(step, initialState(network.params));
    const [[ours]] = [await compiled.run([batch]), await eager.run([batch])];
    const [loss, plain] = [ours!.loss.dataSync()[0]!, plainLoss(network, batch)];
    expect(Math.abs(loss - plain) / plain).toBeLessThan(1e-6);
    // After one step from zero the first moment is a tenth of the gradient.
    const [gradients, expected] = [(await compiled.read()).m, (await eager.read()).m];
    leaves(gradients).forEach((gradient, i) => {
      const [g, e] = [gradient.dataSync(), leaves(expected)[i]!.dataSync()];
      expect(largest(g.map((value, j) => value - e[j]!)) / largest(e), leafPaths(gradients)[i]).toBeLessThan(1e-5);
    });
  });
});
