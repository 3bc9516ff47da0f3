import * as tf from '@tensorflow/tfjs-core';
import { prepareBackend, type Runner } from '@entropic-lab/tensor';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledRunner } from '../runtime/runner.ts';
import { convCalls, gatherCalls, matMulCalls, resizeCalls } from '../testing/image-calls.ts';
import type { Call, Calls } from '../testing/calls.ts';
import { each, ofBatch, poisoned, sample } from '../testing/together.ts';
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

async function agrees({ fn, args }: Call, same: (actual: tf.Tensor, expected: tf.Tensor) => void = sameNumbers): Promise<void> {
  const expected = [tf.tidy(() => fn(...args))].flat();
  const actual = [await runner.jit(fn as (...args: tf.Tensor[]) => tf.Tensor)(...args)].flat() as tf.Tensor[];
  expect(actual.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(expected.map(({ shape, dtype }) => ({ shape, dtype })));
  actual.forEach((tensor, i) => same(tensor, expected[i]!));
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

/** Other calls at each run of the tests; where they fail, their message has the seed to repeat them with. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const rows = Object.entries(families).flatMap(([family, calls]) => Object.entries(calls).map(([kernel, arbitrary]) => ({ family, kernel, arbitrary })));

/** All calls of a kernel in one graph, which is compiled once. */
async function allAgree(calls: readonly Call[], seed: number, same: typeof sameNumbers = sameNumbers): Promise<void> {
  await each(calls, (call) => agrees(call, same)).catch((fault: Error) => Promise.reject(new Error(`FUZZ_SEED=${seed}: ${fault.message}`, { cause: fault })));
}

it.each(rows)('$family: $kernel agrees with eager TF.js', ({ arbitrary }) => allAgree(sample(arbitrary, 8, SEED), SEED));

/** The same calls at each run: what an engine makes of NaN may hang on where in a vector of the processor it lies. */
const FIXED = Number(process.env['FUZZ_SEED'] ?? 7);

describe('numbers that are not finite', () => {
  /** TF.js skips here what is multiplied by 0 elsewhere: padding, pixels without weight, bins not hit. So they show in more places. */
  const spreading = new Set([...Object.keys(convCalls), ...Object.keys(resizeCalls), ...Object.keys(volumeCalls), 'LRNGrad', 'Sign', 'CropAndResize', 'Bincount', 'DenseBincount']);
  const apart: Readonly<Record<string, string>> = {
    MaxPoolGrad: 'which pixel wins against NaN', MaxPool3DGrad: 'which pixel wins against NaN', MaxPoolWithArgmax: 'which pixel wins against NaN',
    Dilation2D: "TF.js' maximum begins at the least safe integer, and NaN never wins", Dilation2DBackpropInput: 'the same', Dilation2DBackpropFilter: 'the same',
    SearchSorted: 'a row with NaN is not sorted',
    UnsortedSegmentSum: 'TF.js multiplies by a mask, so that NaN reaches all segments',
  };

  /** What eager TF.js finds not finite is not finite here: none is hidden. What it finds finite is the same number here. */
  const alike = (mayBeNaN: boolean) => (actual: tf.Tensor, expected: tf.Tensor) => {
    const [a, b] = [actual.dataSync(), expected.dataSync()];
    const scale = Math.max(1, ...Array.from(b).filter(Number.isFinite).map(Math.abs));
    a.forEach((value, i) => {
      const same = Number.isFinite(b[i]!) ? Math.abs(value - b[i]!) <= TOLERANCE * scale || (mayBeNaN && Number.isNaN(value)) : !Number.isFinite(value);
      if (!same) expect.fail(`element ${i}: ${value}, expected ${b[i]}`);
    });
  };

  it.each(rows.filter(({ kernel }) => apart[kernel] === undefined))('$family: $kernel', ({ kernel, arbitrary }) => allAgree(sample(arbitrary, 6, FIXED).map(poisoned), FIXED, alike(spreading.has(kernel))));
});

/** In the other families shapes hang together in other ways; their own calls have axes of 0 and 1. Boxes to crop name images beyond the first. */
const inBatches = new Set(['elementwise', 'reductions', 'convolutions', 'resizing', 'volumes', 'images']);
/** Of no numbers at all TF.js' cpu kernels read what lies behind their data; of no images its Transform forgets the size. */
const ofNothing = new Set(['Max', 'Min', 'All', 'Transform']);

describe.each([0, 1])('a batch of %i', (count) => {
  it.each(rows.filter(({ family, kernel }) => inBatches.has(family) && !(count === 0 ? ofNothing.has(kernel) : kernel === 'CropAndResize')))('$family: $kernel', ({ family, arbitrary }) => {
    return allAgree(sample(arbitrary, 4, FIXED).map((call) => ofBatch(call, count, family === 'elementwise' ? 'all' : 'first')), FIXED);
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

it.each([1e-7, -0.25, 1, 1e-30])('a step of x - c, which is one operator, falls on the right side of c = %f', async (threshold) => {
  const c = Math.fround(threshold);
  const ulp = Math.abs(c) * 2 ** -23;
  const values = Float32Array.from([c, c + ulp, c - ulp, c + 2 * ulp, c - 2 * ulp, 0, -0, c * 2, -c, 1e38, -1e38, 1e-42, -1e-42, Infinity, -Infinity, NaN]);
  const expected = values.map((value) => (Number.isNaN(value) ? NaN : Number(value > c)));
  const above = (x: tf.Tensor) => tf.step(tf.sub(x, c));
  expect((await runner.jit(above)(tf.tensor1d(values))).dataSync()).toEqual(expected);
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
