import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend, type Runner } from '@entropic-lab/tensor';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledRunner } from '../runtime/runner.ts';
import { convCalls, gatherCalls, matMulCalls, resizeCalls } from '../testing/image-calls.ts';
import type { Call, Calls } from '../testing/calls.ts';
import { elementwiseCalls, reduceCalls, shapeCalls } from '../testing/kernel-calls.ts';
import { countingCalls, imageCalls, volumeCalls } from '../testing/volume-calls.ts';
import { trace } from '../trace/trace.ts';
import { loweringTable } from './table.ts';

const families: Readonly<Record<string, Readonly<Record<string, Calls>>>> = {
  elementwise: elementwiseCalls, reductions: reduceCalls, shapes: shapeCalls, convolutions: convCalls, products: matMulCalls, resizing: resizeCalls, gathering: gatherCalls,
  volumes: volumeCalls, images: imageCalls, counting: countingCalls,
};

/** Largest difference allowed, relative to the largest number of the result. */
const TOLERANCE = 2e-5;

let runner: Runner;

beforeAll(async () => {
  await prepareBackend('cpu');
  runner = compiledRunner({ threads: 1 });
});

afterAll(() => runner[Symbol.asyncDispose]());

async function agrees({ fn, args }: Call): Promise<void> {
  const expected = [tf.tidy(() => fn(...args))].flat();
  const actual = [await runner.jit(fn as (...args: tf.Tensor[]) => tf.Tensor)(...args)].flat() as tf.Tensor[];
  expect(actual.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(expected.map(({ shape, dtype }) => ({ shape, dtype })));
  actual.forEach((tensor, i) => sameNumbers(tensor, expected[i]!));
}

function sameNumbers(actual: tf.Tensor, expected: tf.Tensor): void {
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  const finite = Array.from(b).filter(Number.isFinite);
  const scale = Math.max(1, ...finite.map(Math.abs));
  a.forEach((value, i) => {
    const want = b[i]!;
    const same = Object.is(value, want) || value === want || Math.abs(value - want) <= TOLERANCE * scale;
    if (!same) expect.fail(`element ${i}: ${value}, expected ${want}`);
  });
}

describe.each(Object.entries(families))('%s', (_, calls) => {
  it.each(Object.entries(calls))('%s agrees with eager TF.js', async (_kernel, arbitrary) => {
    await fc.assert(fc.asyncProperty(arbitrary, agrees), { numRuns: 8, endOnFailure: true });
  });
});

/** Rows that TF.js' operations never call, or whose eager kernel is wrong; each has a test of its own. */
const TESTED_APART = ['BroadcastTo', 'ResizeNearestNeighborGrad'];

describe('rows tested apart', () => {
  it('ResizeNearestNeighborGrad is the transpose of the resize, which eager TF.js gets wrong', async () => {
    const resize = (x: tf.Tensor) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [3, 5]);
    const products = (x: tf.Tensor, dy: tf.Tensor) => {
      const gradient = tf.grad((t) => tf.sum(tf.mul(resize(t), dy)))(x);
      return tf.stack([tf.sum(tf.mul(resize(x), dy)), tf.sum(tf.mul(x, gradient))]);
    };
    const [x, dy] = [tf.randomNormal([2, 4, 3, 2], 0, 1, 'float32', 1), tf.randomNormal([2, 3, 5, 2], 0, 1, 'float32', 2)];
    const [forward, backward] = (await runner.jit(products)(x, dy)).dataSync();
    expect(backward).toBeCloseTo(forward!, 4);
  });

  it('BroadcastTo repeats along new and thin axes', async () => {
    const fn = (x: tf.Tensor) => tf.engine().runKernel('BroadcastTo', { x }, { shape: [2, 3, 2], inputShape: [3, 1] }) as tf.Tensor;
    expect((await runner.jit(fn)(tf.tensor2d([[1], [2], [3]]))).arraySync()).toEqual([[[1, 1], [2, 2], [3, 3]], [[1, 1], [2, 2], [3, 3]]]);
  });
});

describe('the lowering table', () => {
  it('has a test for each row that reaches the row', () => {
    const all = Object.assign({}, ...Object.values(families)) as Record<string, Calls>;
    expect(Object.keys(loweringTable).filter((kernel) => all[kernel] === undefined && !TESTED_APART.includes(kernel))).toEqual([]);
    for (const [kernel, calls] of Object.entries(all)) {
      const reached = fc.sample(calls, 6).flatMap(({ fn, args }) => trace(fn as never, args).graph.nodes.map((node) => node.kernel));
      expect(reached, kernel).toContain(kernel);
    }
  });
});
