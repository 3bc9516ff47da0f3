import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { prepareBackend } from './backend.ts';
import { dispose, eagerRunner } from './eager-runner.ts';

beforeEach(() => prepareBackend('wasm'));

const step = (state: { sum: tf.Tensor; last: tf.Tensor }, x: tf.Scalar) => ({
  state: { sum: tf.add(state.sum, x), last: x },
  y: { doubled: tf.mul(x, 2), same: x },
});

describe('eager loop', () => {
  it('carries state, and hands out tensors of its own', async () => {
    const start = tf.memory().numTensors;
    const initial = { sum: tf.scalar(1), last: tf.scalar(0) };
    const xs = [1, 2, 3].map((value) => tf.scalar(value));
    const loop = eagerRunner().loop(step, initial);
    expect(loop.traced).toBe(false);
    const ys = await loop.run(xs);
    expect(ys.map((y) => y.doubled.dataSync()[0])).toEqual([2, 4, 6]);
    const state = await loop.read();
    dispose(initial);
    dispose(ys);
    dispose(xs);
    expect(state.sum.dataSync()[0]).toBe(7);
    expect(state.last.dataSync()[0]).toBe(3);
    await loop.write(state);
    dispose(state);
    const again = await loop.run([tf.scalar(10)]);
    const after = await loop.read();
    expect(after.sum.dataSync()[0]).toBe(17);
    dispose([again, after]);
    loop[Symbol.dispose]();
    expect(tf.memory().numTensors).toBe(start + 1);
  });

  it('leaves no tensors when a step throws, and the state as it was', async () => {
    const start = tf.memory().numTensors;
    const initial = tf.scalar(1);
    const xs = [tf.scalar(1), tf.scalar(2)];
    let calls = 0;
    const loop = eagerRunner().loop((state: tf.Tensor, x: tf.Tensor) => {
      if (++calls === 2) throw new Error('no second step');
      return { state: tf.add(state, x), y: tf.add(x, 1) };
    }, initial as tf.Tensor);
    await expect(loop.run(xs)).rejects.toThrow('no second step');
    const state = await loop.read();
    expect(state.dataSync()[0]).toBe(2);
    loop[Symbol.dispose]();
    dispose([initial, state, xs]);
    expect(tf.memory().numTensors).toBe(start);
  });
});

it('jit gives the function itself, tidied, whose result is never an argument', async () => {
  const start = tf.memory().numTensors;
  const a = tf.tensor1d([1, 2]);
  const result = await eagerRunner().jit((x: tf.Tensor) => ({ same: x, again: x, sum: tf.sum(tf.square(x)) }))(a);
  a.dispose();
  expect([...result.same.dataSync(), ...result.sum.dataSync()]).toEqual([1, 2, 5]);
  dispose(result);
  expect(tf.memory().numTensors).toBe(start);
});

it('names its backend', () => {
  expect(eagerRunner().name).toBe('eager-wasm');
});

it('says what to do where libtensorflow is not there', async () => {
  const found = await Promise.allSettled([import('@tensorflow/tfjs-node-gpu' as string), import('@tensorflow/tfjs-node' as string)]);
  if (found.some((one) => one.status === 'fulfilled')) return;
  await expect(prepareBackend('tensorflow')).rejects.toThrow(/NO_ENGINE|Install @tensorflow\/tfjs-node-gpu/);
});
