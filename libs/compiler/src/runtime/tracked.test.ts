import { createNetwork, type Network, type Params } from '@entropic-lab/models';
import { dispose, prepareBackend, Rng, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { activations, largest, plainLoss, plainTerms, samePattern } from '../testing/kinks.ts';
import { adamStep, entropicLoss, initialState, randomBatch, slopingLoss, type TrainBatch, type TrainState } from '../testing/networks.ts';
import { compiledRunner } from './runner.ts';

let runner: Runner;
beforeAll(() => {
  runner = compiledRunner({ threads: 1 });
});
afterAll(() => runner[Symbol.asyncDispose]());

type Objective = ReturnType<typeof entropicLoss>;

const STEPS = 100;
const BATCH = 2;
/** A target that E_T never comes near: of a difference that is almost 0, float32 keeps few digits, whoever computes it. */
const loss = { lambda: 1e-5, target: -200 };
/**
 * All hundred steps are taken; how often loss, gradients and update are looked at: eager TF.js takes its time for large networks. Its cpu
 * backend adds up in float64; on WASM, which is faster, gradients of first layers are up to 3e-5 off it.
 */
const networks = [{ name: 'lenet5', every: 1, backend: 'cpu' }, { name: 'mnist-cnn', every: 20, backend: 'wasm' }, { name: 'cifar-cnn', every: 20, backend: 'cpu' }] as const;

/** A loss and its gradients. */
function gradients(objective: Objective) {
  return (params: Params, batch: TrainBatch) => {
    const names = Object.keys(params);
    const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) => objective(Object.fromEntries(names.map((name, i) => [name, values[i]!])), batch))(names.map((name) => params[name]!));
    return { loss: value, gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]!])) };
  };
}

/** Adam's update in float64 from the step's own sums. */
function checkUpdate({ params }: TrainState, after: TrainState, stepSize: number): void {
  for (const [name, weight] of Object.entries(params)) {
    const [w, next, sum, squares] = [weight, after.params[name]!, after.sum[name]!, after.squares[name]!].map((tensor) => tensor.dataSync()) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const wrong = w.findIndex((value, k) => Math.abs(value - (stepSize * sum[k]!) / (Math.sqrt(squares[k]!) + 1e-7 / Math.sqrt(1e-3)) - next[k]!) > 3e-7 * Math.max(1, Math.abs(value)));
    expect(wrong, name).toBe(-1);
  }
}

/**
 * Eager gradients; of a convolution's bias for each pixel, added up in float64. TF.js adds the pixels up in float32 one by one: where
 * a thousand of them cancel, that is off by more than 1e-5. `images` are the outputs of the convolutions.
 */
function eagerGradients(objective: Objective, params: Params, { batch, images }: { batch: TrainBatch; images: readonly tf.Tensor[] }): Record<string, Float64Array> {
  const biases = Object.keys(params).filter((name) => /^conv.*bias$/.test(name)).sort();
  const taken = tf.tidy(() => gradients(objective)({ ...params, ...Object.fromEntries(biases.map((name, i) => [name, tf.add(tf.zeros(images[i]!.shape.slice(1)), params[name]!)])) }, batch));
  const arrays = Object.entries(taken.gradients).map(([name, gradient]) => [name, biases.includes(name) ? columnSums(gradient.dataSync(), params[name]!.size) : Float64Array.from(gradient.dataSync())] as const);
  dispose(taken);
  return Object.fromEntries(arrays);
}

function columnSums(values: ArrayLike<number>, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) sums[i % columns]! += values[i]!;
  return sums;
}

/**
 * How far two engines' activations are apart in ln h, summed over the units of a channel: the largest such sum. The gradient of the
 * entropy is -(ln h + 1), so where h is hardly more than 0 rounding decides the gradients as it does at the kink itself.
 */
function logarithms(a: tf.Tensor, b: tf.Tensor): number {
  const channels = a.shape.at(-1)!;
  const [x, y, sums] = [a.dataSync(), b.dataSync(), new Float64Array(channels)];
  for (let i = 0; i < x.length; i++) if (x[i]! > 0) sums[i % channels]! += Math.abs(Math.log(x[i]!) - Math.log(y[i]!));
  return largest(sums);
}

/** Holds compiled gradients against eager ones, and tells whether it did: not where rounding decides which units are on, or ln h. */
function comparison(network: Network, objective: Objective): (params: Params, batch: TrainBatch) => Promise<boolean> {
  const forward = activations(network);
  const [compiledForward, compiledGradients] = [runner.jit(forward), runner.jit(gradients(objective))];
  return async (params, batch) => {
    const [ours, theirs] = [await compiledForward(params, batch.x), tf.tidy(() => forward(params, batch.x))];
    try {
      if (!samePattern(ours, theirs)) return false;
      // How far E_T is from its target TF.js knows to five digits only; the slope in float64 leaves it the gradients.
      const slope = 2 * loss.lambda * (plainTerms(network, params, batch).flow - loss.target);
      const eager = eagerGradients(slopingLoss(network, slope), params, { batch, images: theirs.filter(({ rank }) => rank === 4) });
      const singular = (Math.abs(slope) / (ours.length * BATCH)) * logarithms(ours[0]!, theirs[0]!);
      if (singular > 2e-6 * largest(eager['conv2d_1/bias']!)) return false;
      const got = await compiledGradients(params, batch);
      for (const [weight, gradient] of Object.entries(got.gradients)) {
        const [g, e] = [gradient.dataSync(), eager[weight]!];
        expect(largest(g.map((value, k) => value - e[k]!)) / largest(e), weight).toBeLessThan(1e-5);
      }
      dispose(got);
      return true;
    } finally {
      dispose([...ours, ...theirs]);
    }
  };
}

/** A tenth of the usual, so that a hundred steps on noise leave no layer without gradients. */
const slowly = (batch: TrainBatch): TrainBatch => ({ ...batch, stepSize: tf.tidy(() => tf.mul(batch.stepSize, 0.1)) });

/** Both engines look at a step from the same weights: those that the compiled training has reached. */
it.each(networks)('follows eager TF.js over 100 training steps of $name, and leaves no tensor behind', { timeout: 240_000 }, async ({ name, every, backend }) => {
  await prepareBackend(backend);
  using network = createNetwork(name, { rng: new Rng(1) });
  const objective = entropicLoss(network, loss.lambda, loss.target);
  const compareGradients = comparison(network, objective);
  using loop = runner.loop(adamStep(objective), initialState(network.params));
  let before = await loop.read();
  const looked = { at: 0, compared: 0, tensors: 0 };
  for (let step = 0; step < STEPS; step++) {
    const fast = randomBatch(network.inputShape, BATCH, step);
    const batch = slowly(fast);
    const [y] = await loop.run([batch]);
    if (step % every === 0) {
      const after = await loop.read();
      const expected = plainLoss(network, before.params, { batch, ...loss });
      expect(Math.abs(y!.loss.dataSync()[0]! - expected) / expected, `loss of step ${step + 1}`).toBeLessThan(1e-6);
      checkUpdate(before, after, batch.stepSize.dataSync()[0]!);
      looked.at++;
      looked.compared += Number(await compareGradients(before.params, batch));
      dispose(after);
    }
    dispose([y!, batch, fast.stepSize]);
    if ((step + 1) % every === 0) {
      dispose(before);
      before = await loop.read();
    }
    if (step === every - 1) looked.tensors = tf.memory().numTensors;
  }
  expect(tf.memory().numTensors).toBe(looked.tensors);
  expect(looked.compared / looked.at, 'steps on which rounding decided nothing').toBeGreaterThan(0.5);
  dispose(before);
});
