import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runKernel, vectorSets } from '../../testing/run-kernel.ts';
import { vectorsOf, type VectorSet } from '../x64/assembler.ts';
import { channelsAtOnce, filterGradient, type FilterGradient } from './filter-gradient.ts';

const sets = await vectorSets();

/** Some numbers of all sizes, the same for a seed. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((((i + 1) * (seed * 2654435761)) % 4294967296) / 4294967296) - 0.4);
}

/** Where an image's element lies. */
function place({ image: [height, width], channels, isBlocked }: FilterGradient, [n, h, w, c]: readonly [number, number, number, number], lanes: number): number {
  if (!isBlocked) return ((n * channels + c) * height + h) * width + w;
  return (((n * (channels / lanes) + Math.floor(c / lanes)) * height + h) * width + w) * lanes + (c % lanes);
}

/** In float64, from the definition, in the order of the kernel's result. */
function plainly(shape: FilterGradient, [x, dy]: readonly [Float32Array, Float32Array], lanes: number): Float64Array {
  const { batch, image, kernel: [kh, kw], channels, outputs, result: [rows, columns], pads, isBlocked } = shape;
  const sums = new Float64Array(outputs * channels * kh * kw);
  for (let n = 0; n < batch; n++) for (let o = 0; o < outputs; o++) for (let r = 0; r < rows; r++) for (let q = 0; q < columns; q++) {
    const g = dy[((((n * outputs) / lanes + Math.floor(o / lanes)) * rows + r) * columns + q) * lanes + (o % lanes)]!;
    for (let c = 0; c < channels; c++) for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++) {
      const [h, w] = [r + i - pads[0], q + j - pads[1]];
      if (h < 0 || w < 0 || h >= image[0] || w >= image[1]) continue;
      const [ob, oi, cb, ci] = [Math.floor(o / lanes), o % lanes, Math.floor(c / lanes), c % lanes];
      const to = isBlocked ? ((((ob * (channels / lanes) + cb) * kh + i) * kw + j) * lanes + ci) * lanes + oi : (((ob * channels + c) * kh + i) * kw + j) * lanes + oi;
      sums[to]! += g * x[place(shape, [n, h, w, c], lanes)]!;
    }
  }
  return sums;
}

const layer = fc.record({
  batch: fc.integer({ min: 1, max: 3 }), height: fc.integer({ min: 1, max: 11 }), width: fc.integer({ min: 1, max: 11 }), kh: fc.integer({ min: 1, max: 5 }), kw: fc.integer({ min: 1, max: 5 }),
  few: fc.constantFrom(0, 1, 3, 6, 7), inBlocks: fc.integer({ min: 1, max: 2 }), outBlocks: fc.integer({ min: 1, max: 2 }), top: fc.integer({ min: 0, max: 4 }), left: fc.integer({ min: 0, max: 4 }),
  below: fc.integer({ min: 0, max: 4 }), right: fc.integer({ min: 0, max: 4 }),
});

async function isRight(set: VectorSet, l: (typeof layer extends fc.Arbitrary<infer T> ? T : never)): Promise<void> {
  const { lanes, registers } = vectorsOf(set);
  const result = [l.height + Math.min(l.top, l.kh - 1) + Math.min(l.below, l.kh - 1) - l.kh + 1, l.width + Math.min(l.left, l.kw - 1) + Math.min(l.right, l.kw - 1) - l.kw + 1] as const;
  fc.pre(result[0] > 0 && result[1] > 0);
  const isBlocked = l.few === 0;
  const shape: FilterGradient = {
    batch: l.batch, image: [l.height, l.width], kernel: [l.kh, l.kw], channels: isBlocked ? lanes * l.inBlocks : l.few, outputs: lanes * l.outBlocks, result,
    pads: [Math.min(l.top, l.kh - 1), Math.min(l.left, l.kw - 1)], isBlocked,
  };
  expect(channelsAtOnce(l.kw, shape.channels, { registers })).toBeGreaterThan(0);
  const x = numbers(shape.batch * l.height * l.width * shape.channels, 3);
  const dy = numbers(shape.batch * result[0] * result[1] * shape.outputs, 5);
  const [actual] = await runKernel(filterGradient(shape, lanes), [x, dy], set);
  const expected = plainly(shape, [x, dy], lanes);
  expect(actual!.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  expect(Math.max(...expected.map((value, i) => Math.abs(value - actual![i]!))) / scale).toBeLessThan(1e-5);
}

it.skipIf(sets.length === 0).each(sets)('filter gradients with %s are those of the definition', async (set) => {
  await fc.assert(fc.asyncProperty(layer, (shape) => isRight(set, shape)), { numRuns: 150, seed: 1 });
});

it('takes as many channels at once as registers hold, and divides all channels evenly', () => {
  expect(channelsAtOnce(3, 16, { registers: 32 })).toBe(8);
  expect(channelsAtOnce(5, 6, { registers: 32 })).toBe(3);
  expect(channelsAtOnce(3, 8, { registers: 16 })).toBe(4);
  expect(channelsAtOnce(16, 8, { registers: 16 })).toBe(0);
});
