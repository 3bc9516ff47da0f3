import { hostInput, prepareBackend, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledRunner } from '../runtime/runner.ts';

/** What may surprise whoever compiles a function: each surprise as a test that passes. */
let runner: Runner;

beforeAll(async () => {
  await prepareBackend('cpu');
  runner = compiledRunner({ threads: 1 });
});

afterAll(() => runner[Symbol.asyncDispose]());

const numbers = async (tensor: Promise<tf.Tensor> | tf.Tensor) => [...(await tensor).dataSync()];
const one = () => tf.tensor1d([1]);

describe('what the recording freezes', () => {
  it('a JavaScript number of the surroundings, at its value at the first call', async () => {
    let rate = 2;
    const fn = runner.jit((x: tf.Tensor) => tf.mul(x, rate));
    expect(await numbers(fn(one()))).toEqual([2]);
    rate = 3;
    expect(await numbers(fn(one()))).toEqual([2]);
  });

  it('and thaws as a hostInput', async () => {
    let rate = 2;
    const fn = runner.jit((x: tf.Tensor) => tf.mul(x, hostInput({ shape: [], dtype: 'float32', draw: () => Float32Array.of(rate) })));
    expect(await numbers(fn(one()))).toEqual([2]);
    rate = 3;
    expect(await numbers(fn(one()))).toEqual([3]);
  });

  it('a branch on a JavaScript value', async () => {
    let negative = false;
    const fn = runner.jit((x: tf.Tensor) => (negative ? tf.neg(x) : tf.mul(x, 1)));
    expect(await numbers(fn(one()))).toEqual([1]);
    negative = true;
    expect(await numbers(fn(one()))).toEqual([1]);
  });

  it('a draw with a seed, which eager TF.js repeats at each call too', async () => {
    const fn = () => tf.randomUniform([2], 0, 1, 'float32', 42);
    expect(await numbers(runner.jit(fn)())).toEqual(await numbers(fn()));
  });

  it('effects: they happen when the function is recorded, once for each set of shapes', async () => {
    let calls = 0;
    const fn = runner.jit((x: tf.Tensor) => { calls++; return tf.add(x, 1); });
    await fn(one());
    await fn(one());
    expect(calls).toBe(1);
    await fn(tf.zeros([2]));
    expect(calls).toBe(2);
  });

  it('the value of a captured tensor that is read on the host', async () => {
    const threshold = tf.variable(tf.scalar(5));
    const fn = runner.jit((x: tf.Tensor) => tf.mul(x, threshold.dataSync()[0]!));
    expect(await numbers(fn(one()))).toEqual([5]);
    threshold.assign(tf.scalar(7));
    expect(await numbers(fn(one()))).toEqual([5]);
  });
});

describe('what is not frozen', () => {
  it('a captured tensor, small or large', async () => {
    const held = tf.variable(tf.tensor1d([5]));
    const fn = runner.jit((x: tf.Tensor) => tf.mul(x, held));
    expect(await numbers(fn(one()))).toEqual([5]);
    held.assign(tf.tensor1d([7]));
    expect(await numbers(fn(one()))).toEqual([7]);
  });

  it('but a captured tensor must outlive the calls', async () => {
    const held = tf.tensor1d([5]);
    const fn = runner.jit((x: tf.Tensor) => tf.mul(x, held), { name: 'scaled' });
    await fn(one());
    held.dispose();
    await expect(fn(one())).rejects.toThrow(/'scaled' reads a tensor that it captured and that has been disposed/);
  });

  it("nor a number that depends on the batch: each batch size is recorded by itself", async () => {
    const mean = (x: tf.Tensor) => tf.div(tf.sum(tf.mul(x, tf.fill([x.shape[0]!], 2))), x.shape[0]!) as tf.Tensor;
    const fn = runner.jit(mean);
    using loop = runner.loop((s: tf.Tensor, x: tf.Tensor) => ({ state: tf.add(s, mean(x)), y: {} }), tf.scalar(0) as tf.Tensor);
    for (const batch of [[1, 2, 3, 6], [5, 7], [9]]) {
      const x = tf.tensor1d(batch);
      const expected = (2 * batch.reduce((a, b) => a + b)) / batch.length;
      expect(await numbers(fn(x))).toEqual([expected]);
      const before = (await loop.read()).dataSync()[0]!;
      await loop.run([x]);
      expect((await loop.read()).dataSync()[0]! - before).toBe(expected);
    }
  });
});

describe('what is refused', () => {
  it.each([
    ['a draw without a seed', () => tf.randomNormal([1]), /random number.*hostInput/],
    ['dropout', () => tf.dropout(tf.ones([4]), 0.5), /random number/],
    ['a tensor read on the host', () => tf.tensor1d([tf.add(one(), 1).dataSync()[0]!]), /read on the host.*tf\.where/],
    ['an operation without a row', () => tf.tensor1d([...tf.unique(tf.tensor1d([1, 1])).values.shape]), /kernel Unique/],
    ['strings', () => tf.tensor1d(['a']), /dtype string/],
    ['complex numbers', () => tf.complex(one(), one()), /kernel Complex/],
  ])('%s', async (_, fn, message) => {
    await expect(async () => runner.jit(fn as () => tf.Tensor)()).rejects.toMatchObject({ code: 'UNTRACEABLE', message: expect.stringMatching(message) });
  });

  it('assigning to a variable, which keeps its value', async () => {
    const counter = tf.variable(tf.scalar(1), false, 'counter');
    await expect(async () => runner.jit((x: tf.Tensor) => { counter.assign(tf.add(counter, 1)); return x; })(one())).rejects.toThrow(/'counter' was assigned/);
    expect(await numbers(counter)).toEqual([1]);
    counter.assign(tf.scalar(2));
    expect(await numbers(counter)).toEqual([2]);
  });
});

describe('where results differ from the eager cpu backend', () => {
  it('the gradient of an average pool divides by what a window holds, at padded edges too', async () => {
    const fn = (x: tf.Tensor) => tf.grad((t) => tf.sum(tf.avgPool(t as tf.Tensor4D, 2, 2, 'same')))(x);
    // Of three columns the last is alone in its window: its share is all of it.
    expect(await numbers(runner.jit(fn)(tf.zeros([1, 2, 3, 1])))).toEqual([0.25, 0.25, 0.5, 0.25, 0.25, 0.5]);
    expect(await numbers(fn(tf.zeros([1, 2, 3, 1])))).toEqual([0.25, 0.25, 0.25, 0.25, 0.25, 0.25]);
  });

  it('step takes a denormal number for something between 0 and 1', async () => {
    const [value] = await numbers(runner.jit((x: tf.Tensor) => tf.step(x))(tf.tensor1d([1e-42])));
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(1);
  });
});

it('the backend in use is what it was, also after a failure', async () => {
  await expect(async () => runner.jit(() => tf.randomNormal([1]))()).rejects.toThrow();
  expect(tf.getBackend()).toBe('cpu');
});
