import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend, type Runner } from '@entropic-lab/tensor';
import fc from 'fast-check';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.ts';
import type { Node } from '../graph/graph.ts';
import { convInfo } from '../kernels/conv.ts';
import type { Name } from '../onnx/blocks.ts';
import { writeModel } from '../onnx/model.ts';
import { blockLength } from '../runtime/block-length.ts';
import { compiledRunner } from '../runtime/runner.ts';
import { toEngine, valuesOf } from '../runtime/tensors.ts';
import { windowOf, type Window } from './window.ts';
import { fewChannelsGradient, gradientOverBatch } from './conv-few.ts';
import { Emitter } from './emitter.ts';

let runner: Runner;

beforeAll(async () => {
  await prepareBackend('cpu');
  runner = compiledRunner({ threads: 1 });
});

afterAll(() => runner[Symbol.asyncDispose]());

/** 16 and 32 images are whole blocks on every processor; 12 are not where blocks are of 8, nor 40 where they are of 16. */
const layer = fc.record({
  batch: fc.constantFrom(4, 12, 16, 32, 40), side: fc.integer({ min: 5, max: 11 }), width: fc.integer({ min: 5, max: 11 }),
  kernel: fc.integer({ min: 1, max: 5 }), channels: fc.integer({ min: 1, max: 3 }), outputs: fc.oneof(fc.integer({ min: 1, max: 18 }), fc.constantFrom(16, 32)),
  pad: fc.constantFrom('same' as const, 'valid' as const), seed: fc.integer({ min: 1, max: 1000 }),
});

it('gradients of filters over images of few channels are those of eager TF.js in a loop, where the batch is in blocks and where it is not', async () => {
  await fc.assert(fc.asyncProperty(layer, async ({ batch, side, width, kernel, channels, outputs, pad, seed }) => {
    const images = tf.randomNormal([batch, side, width, channels], 0, 1, 'float32', seed) as tf.Tensor4D;
    const weights = tf.randomNormal([outputs], 0, 1, 'float32', seed + 1);
    const gradient = (filter: tf.Tensor, x: tf.Tensor) => tf.grad((f) => tf.sum(tf.mul(tf.square(tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, pad)), weights)))(filter);
    const filter = tf.randomNormal([kernel, kernel, channels, outputs], 0, 1, 'float32', seed + 2);
    using loop = runner.loop((f: tf.Tensor, x: tf.Tensor) => ({ state: tf.sub(f, gradient(f, x)), y: gradient(f, x) }), filter as tf.Tensor);
    const [actual] = await loop.run([images as tf.Tensor]);
    const [a, b] = [actual!.dataSync(), gradient(filter, images).dataSync()];
    const scale = Math.max(...b.map(Math.abs), 1);
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / scale).toBeLessThan(1e-5);
  }), { numRuns: 40, seed: 4 });
}, 120_000);

const length = await blockLength({});
if (length === undefined) console.warn('skipped: this processor does not compute in blocks');

describe.skipIf(length === undefined)('each way, whichever this processor would go', () => {
  const block = length!;
  const ways: Readonly<Record<string, Gradient>> = { 'copies of the image': fewChannelsGradient, 'the batch in blocks': gradientOverBatch };

  it.each(Object.entries(ways))('%s', async (_, gradient) => {
    const filters = fc.tuple(fc.constantFrom(1, 2).map((blocks) => blocks * block), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 18 }), fc.constantFrom('same' as const, 'valid' as const), fc.integer({ min: 1, max: 4 }));
    await fc.assert(fc.asyncProperty(filters, async ([images, channels, outputs, pad, side]) => {
      const shape: [number, number, number, number] = [side, side + 1, channels, outputs];
      const x = tf.randomNormal([images, 8, 7, channels], 0, 1, 'float32', 1) as tf.Tensor4D;
      const zeros = tf.zeros(shape) as tf.Tensor4D;
      const dy = tf.randomNormal(tf.conv2d(x, zeros, 1, pad).shape, 0, 1, 'float32', 2);
      const expected = tf.transpose(tf.grad((f) => tf.sum(tf.mul(tf.conv2d(x, f as tf.Tensor4D, 1, pad), dy)))(zeros), [3, 0, 1, 2]).dataSync();
      const actual = await computed(gradient, { x, dy, shape, pad, block });
      expect(Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!))) / Math.max(1, ...expected.map(Math.abs))).toBeLessThan(1e-5);
    }), { numRuns: 15, seed: 5 });
  });
});

type Gradient = (node: Node, e: Emitter, window: Window, block: number) => Name;

/** A filter's gradient, written by one function alone. */
async function computed(gradient: Gradient, { x, dy, shape, pad, block }: { x: tf.Tensor; dy: tf.Tensor; shape: readonly number[]; pad: string; block: number }): Promise<Float32Array> {
  const builder = new GraphBuilder();
  const inputs = { x: builder.input({ shape: x.shape, dtype: 'float32' }), dy: builder.input({ shape: dy.shape, dtype: 'float32' }) };
  const node = builder.producer(builder.emitOne('Conv2DBackpropFilter', inputs, { strides: 1, pad, dataFormat: 'NHWC', filterShape: shape }))!;
  const e = new Emitter(new Map(), { block });
  const values = Object.entries(inputs).map(([name, value]) => ({ name, type: 'float32' as const, dims: value.shape }));
  Object.entries(inputs).forEach(([name, value]) => e.def(value, e.blocks.declare(name)));
  const name = gradient(node, e, windowOf(convInfo(node, x.shape, shape)), block);
  const model = e.blocks.finish('gradient', values, [{ name, type: 'float32', dims: [shape[3]!, ...shape.slice(0, 3)] }]);
  const session = await InferenceSession.create(writeModel(model), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const results = await session.run({ x: toEngine(await valuesOf(x), 'float32', x.shape) as Tensor, dy: toEngine(await valuesOf(dy), 'float32', dy.shape) as Tensor });
  await session.release();
  return results[model.outputs[0]!.name]!.data as Float32Array;
}
