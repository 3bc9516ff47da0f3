import { dispose, prepareBackend, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledRunner } from './runner.ts';

let runner: Runner;
const reasons: string[] = [];

beforeAll(async () => {
  await prepareBackend('cpu');
  runner = compiledRunner({ threads: 1, fallback: 'eager', onFallback: (reason) => reasons.push(reason) });
});

afterAll(() => runner[Symbol.asyncDispose]());

const numbers = (...values: number[]) => values.map((value) => tf.scalar(value) as tf.Tensor);
const doubled = (s: tf.Tensor, x: tf.Tensor) => ({ state: tf.add(tf.mul(s, 2), x), y: {} });

describe('calls of one loop made at once', () => {
  it('happen one after another, in the order they were made', async () => {
    using loop = runner.loop(doubled, tf.scalar(0) as tf.Tensor);
    const [, first, , , second] = await Promise.all([loop.run(numbers(1, 2)), loop.read(), loop.run(numbers(3)), loop.write(tf.scalar(100)), loop.read(), loop.run(numbers(5))]);
    // ((0 * 2 + 1) * 2 + 2) = 4; then 11 is overwritten; then 205.
    expect([first.dataSync()[0], second.dataSync()[0], (await loop.read()).dataSync()[0]]).toEqual([4, 100, 205]);
  });

  it('are refused from the one on that comes after its end, and a failure stops no later one', async () => {
    const loop = runner.loop(doubled, tf.scalar(0) as tf.Tensor);
    const wrong = loop.write(tf.tensor1d([1]));
    const later = loop.run(numbers(1));
    await expect(wrong).rejects.toThrow(/state of types/);
    await later;
    loop[Symbol.dispose]();
    await expect(loop.run(numbers(1))).rejects.toThrow(/expected an open loop/);
  });
});

describe('a step that cannot be compiled for some of its shapes', () => {
  const summed = (s: tf.Tensor, x: tf.Tensor) => {
    const total = x.size > 1 ? tf.scalar(Array.from(x.dataSync()).reduce((sum, value) => sum + value, 0)) : tf.reshape(x, []);
    return { state: tf.add(tf.mul(s, 2), total), y: {} };
  };

  it('goes on eagerly from the state it had, each step taken once', async () => {
    reasons.length = 0;
    using loop = runner.loop(summed, tf.scalar(1) as tf.Tensor);
    await loop.run([tf.tensor1d([1])]);
    expect(loop.traced).toBe(true);
    await Promise.all([loop.run([tf.tensor1d([1]), tf.tensor1d([1, 1]), tf.tensor1d([1])]), loop.run([tf.tensor1d([2, 3])])]);
    // 3; then 7, 16, 33; then 71.
    expect((await loop.read()).dataSync()[0]).toBe(71);
    expect([loop.traced, reasons.length]).toEqual([false, 1]);
  });
});

const SIZE = 4096;

it('ten thousand steps leave no tensor and no buffer behind', async () => {
  const x = tf.ones([SIZE]) as tf.Tensor;
  using loop = runner.loop((s: { w: tf.Tensor; m: tf.Tensor }, input: tf.Tensor) => {
    const m = tf.add(tf.mul(s.m, 0.9), tf.mul(input, 1e-3));
    return { state: { w: tf.sub(s.w, m), m }, y: { size: tf.sum(s.w) } };
  }, { w: tf.zeros([SIZE]) as tf.Tensor, m: tf.zeros([SIZE]) as tf.Tensor });
  const steps = async (count: number) => {
    for (let taken = 0; taken < count; taken += 10) (await loop.run(Array.from({ length: 10 }, () => x))).forEach(dispose);
  };
  await steps(1_000);
  const before = { tensors: tf.memory().numTensors, bytes: process.memoryUsage.rss() };
  await steps(10_000);
  expect(tf.memory().numTensors).toBe(before.tensors);
  // What one call is fed, a thousand times.
  expect(process.memoryUsage.rss() - before.bytes).toBeLessThan(10_000 * SIZE * 4);
});
