import { createNetwork, type Network } from '@entropic-lab/models';
import { eagerRunner, leafPaths, leaves, prepareBackend, Rng, type Runner } from '@entropic-lab/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activations, largest, plainLoss, samePattern } from '../testing/kinks.ts';
import { adamStep, entropicLoss, initialState, randomBatch, type TrainBatch } from '../testing/networks.ts';
import { compiledRunner } from './runner.ts';

let runner: Runner;

beforeAll(async () => {
  await prepareBackend('wasm');
  runner = compiledRunner({ threads: 1 });
});

afterAll(() => runner[Symbol.asyncDispose]());

const BATCH = 2;

/** A batch on which rounding decides nothing: no pre-activation is so near 0, and no window so near a tie, that the engines disagree. */
async function batchAwayFromKinks(network: Network): Promise<TrainBatch> {
  const forward = activations(network);
  const compiled = runner.jit(forward);
  for (let seed = 1; seed <= 8; seed++) {
    const batch = randomBatch(network.inputShape, BATCH, seed);
    if (samePattern(await compiled(network.params, batch.x), forward(network.params, batch.x))) return batch;
  }
  throw new Error('expected a batch without kinks among eight');
}

const [LAMBDA, TARGET] = [1e-5, 60];

describe.each(['lenet5', 'mnist-cnn', 'cifar-cnn'])('a training step of %s', (name) => {
  it('has the loss within 1e-6 of plain numbers and the gradients of eager TF.js within 1e-5', async () => {
    const network = createNetwork(name, { rng: new Rng(2) });
    const step = adamStep(entropicLoss(network, LAMBDA, TARGET));
    const batch = await batchAwayFromKinks(network);
    using compiled = runner.loop(step, initialState(network.params));
    using eager = eagerRunner().loop(step, initialState(network.params));
    const [[ours]] = [await compiled.run([batch]), await eager.run([batch])];
    const [loss, plain] = [ours!.loss.dataSync()[0]!, plainLoss(network, network.params, { batch, lambda: LAMBDA, target: TARGET })];
    expect(Math.abs(loss - plain) / plain).toBeLessThan(1e-6);
    // After one step from zero the decayed sum is the gradient.
    const [gradients, expected] = [(await compiled.read()).sum, (await eager.read()).sum];
    leaves(gradients).forEach((gradient, i) => {
      const [g, e] = [gradient.dataSync(), leaves(expected)[i]!.dataSync()];
      expect(largest(g.map((value, j) => value - e[j]!)) / largest(e), leafPaths(gradients)[i]).toBeLessThan(1e-5);
    });
  });
});
