import { createNetwork } from '@entropic-lab/models';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { exportOnnx } from './export.ts';
import { checkProvider } from './provider-check.ts';

beforeAll(() => prepareBackend('cpu'));

describe('exportOnnx', () => {
  it('writes a model that another session computes the same with, images channels last', async () => {
    const network = createNetwork('lenet5', { rng: new Rng(1) });
    const x = tf.randomUniform([2, 28, 28, 1], 0, 1, 'float32', 4) as tf.Tensor4D;
    const bytes = await exportOnnx((images: tf.Tensor4D) => network.apply(network.params, images).logits, x, { inputs: ['images'], outputs: ['logits'] });
    const session = await InferenceSession.create(bytes);
    expect([session.inputNames, session.outputNames]).toEqual([['images'], ['logits']]);
    const { logits } = await session.run({ images: new Tensor('float32', x.dataSync() as Float32Array, x.shape) });
    const expected = network.apply(network.params, x).logits.dataSync();
    (logits!.data as Float32Array).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    await session.release();
  });

  it.each(['lenet5', 'mnist-cnn', 'cifar-cnn'])('leaves the size of the batch of %s open on request', async (architecture) => {
    using network = createNetwork(architecture, { rng: new Rng(1) });
    const shape = network.inputShape;
    const bytes = await exportOnnx((images: tf.Tensor4D) => network.apply(network.params, images).logits, tf.zeros([1, ...shape]) as tf.Tensor4D, { inputs: ['images'], outputs: ['logits'], freeBatch: true });
    const session = await InferenceSession.create(bytes);
    for (const size of [1, 3]) {
      const x = tf.randomUniform([size, ...shape], 0, 1, 'float32', size) as tf.Tensor4D;
      const { logits } = await session.run({ images: new Tensor('float32', x.dataSync() as Float32Array, x.shape) });
      expect(logits!.dims).toEqual([size, 10]);
      const expected = network.apply(network.params, x).logits.dataSync();
      (logits!.data as Float32Array).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    }
    await session.release();
  });

  it('refuses a free batch where its size is part of the result', async () => {
    await expect(exportOnnx((x: tf.Tensor2D) => tf.mul(x, x.shape[0]), tf.zeros([2, 3]) as tf.Tensor2D, { freeBatch: true })).rejects.toMatchObject({ code: 'UNTRACEABLE' });
  });
});

describe('compile', () => {
  it('is a function of the same type, with its graph and costs', async () => {
    const fn = (x: tf.Tensor2D, { scale }: { scale: tf.Tensor }) => [tf.mul(tf.softmax(x), scale)];
    const [x, scale] = [tf.tensor2d([[1, 2, 3]]), tf.scalar(2)];
    await using compiled = compile(fn, [x, { scale }]);
    const [y] = await compiled(x, { scale });
    const expected = fn(x, { scale })[0]!.dataSync();
    y!.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
    expect(compiled.counts.kernels).toBe(compiled.graph.nodes.length);
  });

  it('refuses at once what it cannot record, naming the kernel', () => {
    expect(() => compile((x: tf.Tensor) => tf.real(tf.fft(tf.complex(x, x))), [tf.zeros([4])], { name: 'spectrum' })).toThrow(/spectrum.*Complex/);
  });
});

describe('checkProvider', () => {
  it('accepts the cpu', async () => {
    await expect(checkProvider({ provider: 'cpu' })).resolves.toBeUndefined();
  });
});
