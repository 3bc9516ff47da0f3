import { createNetwork } from '@entropic-lab/models';
import { leaves, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { InferenceSession } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { convCalls } from '../testing/image-calls.ts';
import type { Call } from '../testing/calls.ts';
import { adamStep, entropicLoss, initialState, pgdStep, randomBatch } from '../testing/networks.ts';
import { trace } from '../trace/trace.ts';
import { functionModel } from './function-model.ts';
import { checkProvider } from './provider-check.ts';
import { compiledRunner } from './runner.ts';
import { toEngine, valuesOf } from './tensors.ts';

beforeAll(() => prepareBackend('cpu'));

const largest = (values: ArrayLike<number>) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** What is written for WebGPU, computed by the cpu provider. */
async function agrees({ fn, args }: Call): Promise<void> {
  const traced = trace(fn as never, args);
  const model = functionModel(traced.graph, 'webgpu', { provider: 'webgpu' });
  const session = await InferenceSession.create(model.bytes, { logSeverityLevel: 3 });
  const inputs = [...args, ...traced.captured];
  const feeds = Object.fromEntries(await Promise.all(inputs.map(async (x, i) => [`in${i}`, toEngine(await valuesOf(x), x.dtype as 'float32', x.shape)] as const)));
  const actual = (await session.run(feeds))[model.outputs[0]!.name]!.data as Float32Array;
  const expected = tf.tidy(() => (fn(...args) as tf.Tensor).dataSync());
  expect(largest(actual.map((value, i) => value - expected[i]!)) / Math.max(1, largest(expected))).toBeLessThan(2e-5);
  await session.release();
}

describe('what is written for WebGPU', () => {
  it.each(['MaxPoolGrad', 'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput'])('%s computes the same', async (kernel) => {
    await fc.assert(fc.asyncProperty(convCalls[kernel]!, agrees), { numRuns: 12, endOnFailure: true });
  });

  it('goes around convolutions of 6 channels, forward and, of 6 images, backward', async () => {
    const [x, w] = [tf.randomNormal([6, 8, 8, 6], 0, 1, 'float32', 1), tf.randomNormal([3, 3, 6, 16], 0, 1, 'float32', 2)];
    const conv = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'valid');
    await agrees({ fn: conv as Call['fn'], args: [x, w] });
    await agrees({ fn: ((a: tf.Tensor, b: tf.Tensor) => tf.grads((p, q) => tf.sum(tf.square(conv(p, q))))([a, b])[1]!) as Call['fn'], args: [x, w] });
  });
});

const missing = await checkProvider({ provider: 'webgpu' }).then(() => undefined, (thrown: Error) => thrown.message);
if (missing !== undefined) console.warn(`skipped: WebGPU itself. ${missing}`);

describe.skipIf(missing !== undefined)('WebGPU', () => {
  it('trains and attacks LeNet-5 as the cpu does, within 1e-4', { timeout: 300_000 }, async () => {
    await using gpu = compiledRunner({ provider: 'webgpu' });
    await using cpu = compiledRunner({ threads: 1 });
    const network = createNetwork('lenet5', { rng: new Rng(1) });
    const batches = [0, 1].map((seed) => randomBatch(network.inputShape, 2, seed));
    const runs = [gpu, cpu].map((runner) => ({
      train: runner.loop(adamStep(entropicLoss(network, 1e-4, 20)), initialState(network.params)),
      attack: runner.loop(pgdStep(network, network.params, { x0: batches[0]!.x, labels: batches[0]!.labels, epsilon: 0.3, stepSize: 0.01 }), batches[0]!.x),
    }));
    for (const { train, attack } of runs) {
      await train.run(batches);
      await attack.run([{}, {}]);
    }
    const [ours, theirs] = await Promise.all(runs.map(({ train }) => train.read()));
    leaves(ours!.sum).forEach((moment, i) => {
      const expected = leaves(theirs!.sum)[i]!.dataSync();
      expect(largest(moment.dataSync().map((value, j) => value - expected[j]!)) / largest(expected)).toBeLessThan(1e-4);
    });
    const [images, same] = await Promise.all(runs.map(({ attack }) => attack.read()));
    expect(largest(tf.sub(images!, same!).dataSync())).toBeLessThan(1e-4);
  });
});
