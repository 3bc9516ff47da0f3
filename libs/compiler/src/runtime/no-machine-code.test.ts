import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';
import { trace, type AnyFunction } from '../trace/trace.ts';
import { Compiled } from './cache.ts';
import { nativeFor } from './open-session.ts';
import { compiledRunner } from './runner.ts';

vi.mock('../native/processor.ts', () => ({ vectorSetOf: async () => undefined }));

it('a processor without the vectors computes with the engine\'s operators alone', async () => {
  await prepareBackend('cpu');
  const [x, w] = [tf.randomNormal([2, 6, 6, 16], 0, 1, 'float32', 1) as tf.Tensor4D, tf.randomNormal([3, 3, 16, 16], 0, 1, 'float32', 2) as tf.Tensor4D];
  const gradient = (v: tf.Tensor) => tf.grad((filter: tf.Tensor) => tf.sum(tf.square(tf.conv2d(tf.relu(tf.conv2d(x, filter as tf.Tensor4D, 1, 'same')), filter as tf.Tensor4D, 1, 'same'))))(v);
  const step = (filter: tf.Tensor) => tf.sub(filter, tf.mul(0.001, gradient(filter)));
  expect(await nativeFor({ machineCode: true })).toBeUndefined();
  await using compiled = new Compiled({ threads: 1 });
  expect((await compiled.loop(trace(step as unknown as AnyFunction, [w], 'step'), { state: 1, perStep: 0 }, 'step')).kernels).toEqual([]);
  await using runner = compiledRunner({ threads: 1 });
  using loop = runner.loop((filter: tf.Tensor) => ({ state: step(filter) as tf.Tensor, y: {} }), w as tf.Tensor);
  await loop.run([{}]);
  const [actual, expected] = [(await loop.read()).dataSync(), step(w).dataSync()];
  const scale = Math.max(...expected.map(Math.abs));
  expect(Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!))) / scale).toBeLessThan(1e-5);
});
