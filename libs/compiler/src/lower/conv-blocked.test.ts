import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend, type Runner } from '@entropic-lab/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compiledRunner } from '../runtime/runner.ts';

let runner: Runner;

beforeAll(async () => {
  await prepareBackend('cpu');
  runner = compiledRunner({ threads: 1 });
});

afterAll(() => runner[Symbol.asyncDispose]());

const random = (seed: number, ...shape: number[]) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const conv = (x: tf.Tensor, f: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same') as tf.Tensor;

/** 32 channels: whole blocks on every processor. */
const operands = () => [random(1, 3, 7, 6, 32), random(2, 3, 3, 32, 32), random(3, 3, 7, 6, 32), random(4, 32)] as const;

type Fn = (x: tf.Tensor, filter: tf.Tensor, other: tf.Tensor, bias: tf.Tensor) => tf.Tensor[];

const functions: Readonly<Record<string, Fn>> = {
  'a convolution that nothing else reads, plus another value': (x, f, z) => [tf.add(conv(x, f), z)],
  'another value plus a convolution with a bias': (x, f, z, bias) => [tf.add(z, tf.add(conv(x, f), bias))],
  'a convolution that others read too': (x, f, z) => { const c = conv(x, f); return [tf.add(c, z), tf.mul(c, z)]; },
  'a convolution plus itself': (x, f) => { const c = conv(x, f); return [tf.add(c, c)]; },
  'two convolutions': (x, f, z) => [tf.add(conv(x, f), conv(z, f))],
  'a convolution plus its own image, read again after it': (x, f) => { const y = tf.square(x); return [tf.add(conv(y, f), y), tf.sum(y)]; },
  'a convolution that ends in a Relu': (x, f, z, bias) => [tf.add(tf.relu(tf.add(conv(x, f), bias)), z)],
  'a vector for all of a convolution': (x, f, _, bias) => [tf.add(conv(x, f), bias), tf.add(conv(x, f), tf.scalar(2))],
  'an input gradient plus another': (x, f, z) => [tf.grad((t) => tf.add(tf.sum(tf.mul(conv(t, f), z)), tf.sum(tf.mul(tf.square(t), z))))(x)],
  'sums, means and maxima of the channels of a convolution': (x, f) => { const c = conv(x, f); return [tf.sum(c, [0, 1, 2]), tf.mean(c, [0, 1, 2]), tf.max(c, [0, 1, 2]), tf.sum(c, [0, 1, 2], true), tf.sum(c, [1, 2, 3]), tf.sum(c)]; },
};

it.each(Object.entries(functions))('%s', async (_, fn) => {
  const args = operands();
  const expected = fn(...args);
  const actual = await runner.jit(fn)(...args);
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  actual.forEach((tensor, i) => {
    const [a, b] = [tensor.dataSync(), expected[i]!.dataSync()];
    const scale = Math.max(...b.map(Math.abs), 1);
    expect(Math.max(...a.map((value, at) => Math.abs(value - b[at]!))) / scale).toBeLessThan(1e-5);
  });
});
