import { createNetwork } from '@entropic-lab/models';
import { leaves, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { InferenceSession } from 'onnxruntime-node';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { convCalls } from '../testing/image-calls.ts';
import type { Call } from '../testing/calls.ts';
import { adamStep, entropicLoss, initialState, pgdStep, randomBatch } from '../testing/networks.ts';
import { useSoftwareVulkan } from '../testing/software-vulkan.ts';
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

await useSoftwareVulkan();
const missing = await checkProvider({ provider: 'webgpu' }).then(() => undefined, (thrown: Error) => thrown.message);
if (missing !== undefined) console.warn(`skipped: WebGPU itself. ${missing}`);

describe.skipIf(missing !== undefined)('WebGPU', () => {
  it('trains and attacks LeNet-5 as the cpu does, within 1e-4, and leaves its state on the card', { timeout: 600_000 }, async () => {
    await using gpu = compiledRunner({ provider: 'webgpu' });
    await using cpu = compiledRunner({ threads: 1 });
    const network = createNetwork('lenet5', { rng: new Rng(1) });
    const batches = [0, 1].map((seed) => randomBatch(network.inputShape, 2, seed));
    const runs = [gpu, cpu].map((runner) => ({
      train: runner.loop(adamStep(entropicLoss(network, 1e-4, 20)), initialState(network.params)),
      attack: runner.loop(pgdStep(network, network.params, { x0: batches[0]!.x, labels: batches[0]!.labels, epsilon: 0.3, stepSize: 0.01 }), batches[0]!.x),
    }));
    const step = async ({ train, attack }: (typeof runs)[number], batch: (typeof batches)[number]): Promise<void> => {
      await train.run([batch]);
      await attack.run([{}]);
    };
    for (const run of runs) await step(run, batches[0]!);
    const crossed = await crossing(() => step(runs[0]!, batches[1]!));
    await step(runs[1]!, batches[1]!);
    // State and captured tensors stay on the card: of a training step the batch goes there and the loss comes back, of PGD nothing.
    expect(crossed).toEqual([[leaves(batches[1]!).reduce((bytes, { size }) => bytes + 4 * size, 0), 4], [0, 0]]);
    const [ours, theirs] = await Promise.all(runs.map(({ train }) => train.read()));
    leaves(ours!.sum).forEach((moment, i) => {
      const expected = leaves(theirs!.sum)[i]!.dataSync();
      expect(largest(moment.dataSync().map((value, j) => value - expected[j]!)) / largest(expected)).toBeLessThan(1e-4);
    });
    const [images, same] = await Promise.all(runs.map(({ attack }) => attack.read()));
    expect(largest(tf.sub(images!, same!).dataSync())).toBeLessThan(1e-4);
  });
});

type Held = Readonly<Record<string, { readonly location?: string; readonly data?: unknown }>>;

/** Bytes that calls of sessions of ONNX Runtime's binding take from the host and return to it, while something is done. */
async function crossing(during: () => Promise<void>): Promise<[number, number][]> {
  const onHost = (tensors: Held) => Object.values(tensors).reduce((bytes, tensor) => bytes + (tensor.location === 'cpu' ? (tensor.data as Float32Array).byteLength : 0), 0);
  const { prototype } = InferenceSession as unknown as { prototype: { run: (feeds: Held) => Promise<Held> } };
  const { run } = prototype;
  const calls: [number, number][] = [];
  using _spy = vi.spyOn(prototype, 'run').mockImplementation(async function (this: unknown, feeds: Held) {
    const fetched = await run.call(this, feeds);
    calls.push([onHost(feeds), onHost(fetched)]);
    return fetched;
  });
  await during();
  return calls;
}
