import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runKernel, vectorSets } from '../../testing/run-kernel.ts';
import { vectorsOf, type VectorSet } from '../x64/assembler.ts';
import { rowConvolution, tileOf, type RowConvolution } from './row-convolution.ts';
import { outputsAtOnce, rowFilterGradient } from './row-filter-gradient.ts';

function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((((i + 1) * (seed * 2654435761)) % 4294967296) / 4294967296) - 0.4);
}

const layers = fc.record({
  each: fc.integer({ min: 1, max: 2 }), parts: fc.integer({ min: 1, max: 3 }), channels: fc.integer({ min: 1, max: 4 }), outputs: fc.integer({ min: 1, max: 7 }),
  height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 4, max: 40 }), kh: fc.integer({ min: 1, max: 5 }), kw: fc.integer({ min: 1, max: 5 }),
  pads: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }), hasBias: fc.boolean(), isRelu: fc.boolean(), isTurned: fc.boolean(),
});

function shapeOf(l: typeof layers extends fc.Arbitrary<infer T> ? T : never): RowConvolution {
  const [top, left, below, right] = l.pads.map((pad, i) => Math.min(pad, (i % 2 === 0 ? l.kh : l.kw) - 1)) as [number, number, number, number];
  const result = [l.height + top + below - l.kh + 1, l.width + left + right - l.kw + 1] as const;
  return { batch: l.each * l.parts, parts: l.parts, channels: l.channels, outputs: l.outputs, image: [l.height, l.width], kernel: [l.kh, l.kw], result, pads: [top, left], hasBias: l.hasBias, isRelu: l.isRelu, isTurned: l.isTurned };
}

/** Visits all products of a convolution: where the image's element lies, the weight's, and the result's. */
function products(s: RowConvolution, visit: (x: number, w: number, y: number) => void): void {
  for (let n = 0; n < s.batch; n++) for (let o = 0; o < s.outputs; o++) for (let r = 0; r < s.result[0]; r++) for (let q = 0; q < s.result[1]; q++) {
    for (let c = 0; c < s.channels; c++) for (let i = 0; i < s.kernel[0]; i++) for (let j = 0; j < s.kernel[1]; j++) {
      const [h, v] = [r + i - s.pads[0], q + j - s.pads[1]];
      if (h < 0 || v < 0 || h >= s.image[0] || v >= s.image[1]) continue;
      const [a, b, row, column] = s.isTurned ? [c, o, s.kernel[0] - 1 - i, s.kernel[1] - 1 - j] : [o, c, i, j];
      const w = ((a * (s.isTurned ? s.outputs : s.channels) + b) * s.kernel[0] + row) * s.kernel[1] + column;
      visit(((n * s.channels + c) * s.image[0] + h) * s.image[1] + v, w, ((n * s.outputs + o) * s.result[0] + r) * s.result[1] + q);
    }
  }
}

function expectClose(actual: Float32Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  expect(Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!))) / scale).toBeLessThan(2e-6);
}

async function convolves(s: RowConvolution, set: VectorSet): Promise<void> {
  fc.pre(s.result.every((size) => size > 0) && tileOf(s, vectorsOf(set)) !== undefined);
  const x = numbers(s.batch * s.channels * s.image[0] * s.image[1], 3);
  const [weights, bias] = [numbers(s.outputs * s.channels * s.kernel[0] * s.kernel[1], 5), numbers(s.outputs, 7)];
  const size = s.result[0] * s.result[1];
  const expected = Float64Array.from({ length: s.batch * s.outputs * size }, (_, i) => (s.hasBias ? bias[Math.floor(i / size) % s.outputs]! : 0));
  products(s, (a, w, y) => (expected[y]! += x[a]! * weights[w]!));
  const [actual] = await runKernel(rowConvolution(s), s.hasBias ? [x, weights, bias] : [x, weights], set);
  expectClose(actual!, s.isRelu ? expected.map((value) => Math.max(0, value)) : expected);
}

async function differentiates(s: RowConvolution, set: VectorSet): Promise<void> {
  fc.pre(s.result.every((size) => size > 0) && outputsAtOnce(s, vectorsOf(set)) > 0);
  const x = numbers(s.batch * s.channels * s.image[0] * s.image[1], 3);
  const dy = numbers(s.batch * s.outputs * s.result[0] * s.result[1], 5);
  const expected = new Float64Array(s.outputs * s.channels * s.kernel[0] * s.kernel[1]);
  products({ ...s, isTurned: false }, (a, w, y) => (expected[w]! += x[a]! * dy[y]!));
  const [actual] = await runKernel(rowFilterGradient(s, vectorsOf(set)), [x, dy], set);
  expectClose(actual!, expected);
}

describe.each(await vectorSets())('along rows with %s', (set) => {
  it('convolutions, also of a filter turned around, are those of the definition', () => fc.assert(fc.asyncProperty(layers, (l) => convolves(shapeOf(l), set)), { numRuns: 200, seed: 4 }));
  it('convolutions of many channels are those of the definition', () => convolves({ batch: 2, parts: 1, channels: 40, outputs: 3, image: [20, 20], kernel: [3, 3], result: [20, 20], pads: [1, 1], hasBias: false, isRelu: false, isTurned: true }, set));
  it('filter gradients are those of the definition', () => fc.assert(fc.asyncProperty(layers, (l) => differentiates(shapeOf(l), set)), { numRuns: 150, seed: 5 }));
});

const lenet = { channels: 1, image: [28, 28], kernel: [5, 5], result: [28, 28], pads: [2, 2], outputs: 6 } as const;

it('takes the tile that reads least, and none where an image is too large for the stack or rows are too short', () => {
  expect(tileOf(lenet, { lanes: 16, registers: 32 })).toEqual({ outputs: 6, rows: 2 });
  expect(tileOf(lenet, { lanes: 8, registers: 16 })).toEqual({ outputs: 2, rows: 1 });
  expect(tileOf({ ...lenet, image: [4000, 28], result: [4000, 28] }, { lanes: 16, registers: 32 })).toBeUndefined();
  expect(tileOf({ ...lenet, image: [28, 7], result: [28, 7] }, { lanes: 16, registers: 32 })).toBeUndefined();
  expect(outputsAtOnce(lenet, { lanes: 16, registers: 32 })).toBe(3);
  expect(outputsAtOnce({ ...lenet, channels: 3 }, { lanes: 16, registers: 32 })).toBe(3);
  expect(outputsAtOnce({ ...lenet, channels: 30 }, { lanes: 16, registers: 32 })).toBe(0);
});
