import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend, type Runner } from '@entropic-lab/tensor';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compiledRunner } from '../runtime/runner.ts';

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
