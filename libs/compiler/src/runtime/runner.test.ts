import * as tf from '@tensorflow/tfjs-core';
import { eagerRunner, hostInput, leaves, prepareBackend, Rng, type Runner, type TensorTree } from '@entropic-lab/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNetwork } from '@entropic-lab/models';
import { adamStep, entropicLoss, initialState, pgdStep, randomBatch, type TrainBatch } from '../testing/networks.ts';
import { compiledRunner } from './runner.ts';

let runner: Runner;

beforeAll(async () => {
  await prepareBackend('cpu');
  runner = compiledRunner({ threads: 1 });
});

afterAll(() => runner[Symbol.asyncDispose]());

function numbers(tree: TensorTree): number[][] {
  return leaves(tree).map((leaf) => [...leaf.dataSync()]);
}

function closeTo(actual: TensorTree, expected: TensorTree, tolerance: number): void {
  leaves(actual).forEach((leaf, i) => {
    const [a, b] = [leaf.dataSync(), leaves(expected)[i]!.dataSync()];
    const scale = Math.max(1, ...Array.from(b, Math.abs));
    expect(Math.max(...Array.from(a, (value, j) => Math.abs(value - b[j]!))) / scale).toBeLessThan(tolerance);
  });
}

describe('jit', () => {
  it('gives what eager TF.js gives, for each set of shapes', async () => {
    const fn = runner.jit((x: tf.Tensor, w: tf.Tensor) => ({ y: tf.relu(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)), x }));
    const w = tf.tensor2d([[1, -2], [3, 4]]);
    for (const rows of [1, 3]) {
      const x = tf.randomNormal([rows, 2], 0, 1, 'float32', rows);
      const result = await fn(x, w);
      closeTo(result.y, tf.relu(tf.matMul(x as tf.Tensor2D, w)), 1e-6);
      expect([...result.x.dataSync()]).toEqual([...x.dataSync()]);
    }
  });

  it('reads captured tensors anew at each call', async () => {
    const scale = tf.variable(tf.scalar(2));
    const fn = runner.jit((x: tf.Tensor) => tf.mul(x, scale));
    expect([...(await fn(tf.tensor1d([1, 2]))).dataSync()]).toEqual([2, 4]);
    scale.assign(tf.scalar(10));
    expect([...(await fn(tf.tensor1d([1, 2]))).dataSync()]).toEqual([10, 20]);
  });

  it('draws host inputs anew at each call', async () => {
    let next = 0;
    const fn = runner.jit((x: tf.Tensor) => tf.add(x, hostInput({ shape: [], dtype: 'float32', draw: () => Float32Array.of(next++) })));
    expect((await fn(tf.scalar(10))).dataSync()[0]).toBe(10);
    expect((await fn(tf.scalar(10))).dataSync()[0]).toBe(11);
  });
});

describe('loop', () => {
  const network = () => createNetwork('lenet5', { rng: new Rng(1) });

  it('trains LeNet-5 as eager TF.js does, also over a short last batch', async () => {
    const net = network();
    const step = adamStep(entropicLoss(net, 1e-3, 20));
    const initial = initialState(net.params);
    using compiled = runner.loop(step, initial);
    using eager = eagerRunner().loop(step, initial);
    const batches = [3, 3, 2].map((size, i) => randomBatch(net.inputShape, size, i));
    const [ours, theirs] = [await compiled.run(batches), await eager.run(batches)];
    closeTo(ours, theirs, 1e-5);
    closeTo((await compiled.read()).params, (await eager.read()).params, 3e-5);
  });

  it('takes many steps in one call as it takes them one by one', async () => {
    const net = network();
    const step = adamStep(entropicLoss(net, 1e-3, 20));
    using together = runner.loop(step, initialState(net.params));
    using single = runner.loop(step, initialState(net.params));
    const batches: TrainBatch[] = [0, 1, 2, 3].map((i) => randomBatch(net.inputShape, 2, i));
    await together.run(batches);
    for (const batch of batches) await single.run([batch]);
    expect(numbers(await together.read())).toEqual(numbers(await single.read()));
  });

  it('runs an attack whose images are its state', async () => {
    const net = network();
    const { x, labels } = randomBatch(net.inputShape, 4, 5);
    const step = pgdStep(net, net.params, { x0: x, labels, epsilon: 0.3, stepSize: 0.01 });
    using compiled = runner.loop(step, x);
    using eager = eagerRunner().loop(step, x);
    await compiled.run([{}, {}, {}]);
    await eager.run([{}, {}, {}]);
    closeTo(await compiled.read(), await eager.read(), 1e-6);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const [initial, wrong] = [tf.scalar(0), tf.tensor1d([1])];
    const loop = runner.loop((s: tf.Tensor, x: tf.Tensor) => ({ state: tf.add(s, x), y: {} }), initial);
    const x = tf.scalar(1);
    for (let i = 0; i < 5; i++) await loop.run([x, x]);
    const state = await loop.read();
    expect(state.dataSync()[0]).toBe(10);
    await loop.write(x);
    await loop.run([x]);
    const written = await loop.read();
    expect(written.dataSync()[0]).toBe(2);
    await expect(loop.write(wrong)).rejects.toThrow(/state of types float32\[\]/);
    tf.dispose([x, state, written, initial, wrong]);
    loop[Symbol.dispose]();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('what cannot be compiled', () => {
  const branching = (x: tf.Tensor) => (x.dataSync()[0]! > 0 ? tf.neg(x) : x.clone());

  it('is refused with what to do', async () => {
    await expect(runner.jit(branching, { name: 'mine' })(tf.scalar(1))).rejects.toMatchObject({ code: 'UNTRACEABLE', message: expect.stringContaining("tf.where") });
  });

  it('runs eagerly where asked to, saying so once', async () => {
    const reasons: string[] = [];
    await using lenient = compiledRunner({ threads: 1, fallback: 'eager', onFallback: (reason) => reasons.push(reason) });
    const fn = lenient.jit(branching);
    expect((await fn(tf.scalar(1))).dataSync()[0]).toBe(-1);
    expect((await fn(tf.scalar(2))).dataSync()[0]).toBe(-2);
    using loop = lenient.loop((s: tf.Tensor, x: tf.Tensor) => ({ state: tf.add(s, branching(x)), y: {} }), tf.scalar(5));
    await loop.run([tf.scalar(1)]);
    await loop.run([tf.scalar(1), tf.scalar(-1)]);
    expect((await loop.read()).dataSync()[0]).toBe(2);
    expect(loop.traced).toBe(false);
    expect(reasons).toHaveLength(2);
  });
});
