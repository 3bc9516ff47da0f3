import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend, type Runner } from '@entropic-lab/tensor';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compiledRunner } from '../runtime/runner.ts';

let runner: Runner;

beforeAll(async () => {
  await prepareBackend('cpu');
  runner = compiledRunner({ threads: 2 });
});

afterAll(() => runner[Symbol.asyncDispose]());

/** 32 and 36 images are shared between two threads; 33 cannot be, and 8 are too few. */
const layer = fc.record({
  batch: fc.constantFrom(8, 32, 33, 36), channels: fc.constantFrom(1, 3, 16, 20), outputs: fc.constantFrom(1, 5, 16, 32),
  kernel: fc.integer({ min: 1, max: 4 }), stride: fc.constantFrom(1, 2), pad: fc.constantFrom('same' as const, 'valid' as const),
});

it('filter gradients of a batch that threads share are those of eager TF.js', async () => {
  await fc.assert(fc.asyncProperty(layer, async ({ batch, channels, outputs, kernel, stride, pad }) => {
    const x = tf.randomNormal([batch, 8, 7, channels], 0, 1, 'float32', 1) as tf.Tensor;
    const filter = tf.randomNormal([kernel, kernel, channels, outputs], 0, 1, 'float32', 2) as tf.Tensor;
    const gradient = (f: tf.Tensor, images: tf.Tensor) => tf.grad((g) => tf.sum(tf.square(tf.conv2d(images as tf.Tensor4D, g as tf.Tensor4D, stride, pad))))(f);
    using loop = runner.loop((f: tf.Tensor, images: tf.Tensor) => ({ state: f, y: gradient(f, images) }), filter);
    const [a, b] = [(await loop.run([x]))[0]!.dataSync(), gradient(filter, x).dataSync()];
    expect(Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / Math.max(1, ...b.map(Math.abs))).toBeLessThan(1e-5);
  }), { numRuns: 30, seed: 6 });
}, 120_000);
