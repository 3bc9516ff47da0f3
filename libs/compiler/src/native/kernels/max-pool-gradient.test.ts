import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runKernel, vectorSets } from '../../testing/run-kernel.ts';
import { codeOf } from '../call-kernel.ts';
import { vectorsOf } from '../x64/assembler.ts';
import { maxPoolGradient } from './max-pool-gradient.ts';

const sets = await vectorSets();

/** By the definition; few different numbers, so that many windows have ties. */
function plainly([x, dy]: readonly [Float32Array, Float32Array], { images, height, width }: { images: number; height: number; width: number }, lanes: number): Float32Array {
  const [rows, columns] = [height >> 1, width >> 1];
  const result = new Float32Array(x.length);
  for (let image = 0; image < images; image++) for (let r = 0; r < rows; r++) for (let q = 0; q < columns; q++) for (let lane = 0; lane < lanes; lane++) {
    const places = [0, 1, 2, 3].map((k) => ((image * height + 2 * r + (k >> 1)) * width + 2 * q + (k & 1)) * lanes + lane);
    const values = places.map((place) => x[place]!);
    result[places[values.indexOf(Math.max(...values))]!] = dy[((image * rows + r) * columns + q) * lanes + lane]!;
  }
  return result;
}

// A file without any test fails, on machines without vectors.
it.skipIf(sets.length === 0).each(sets.length === 0 ? (['avx2'] as const) : sets)('gradients of maximum pools with %s go to the first maximum', async (set) => {
  const { lanes } = vectorsOf(set);
  const drawn = fc.record({ parts: fc.integer({ min: 1, max: 3 }), each: fc.integer({ min: 1, max: 3 }), height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }), seed: fc.nat(1000) });
  await fc.assert(fc.asyncProperty(drawn, async ({ parts, each, height, width, seed }) => {
    const images = parts * each;
    const x = Float32Array.from({ length: images * height * width * lanes }, (_, i) => (((i + seed) * 7919) % 1009) % 4);
    const dy = Float32Array.from({ length: images * (height >> 1) * (width >> 1) * lanes }, (_, i) => ((i * 31) % 97) - 48);
    const [actual] = await runKernel(maxPoolGradient({ images, height, width, parts }, lanes), [x, dy], set);
    expect(Array.from(actual!)).toEqual(Array.from(plainly([x, dy], { images, height, width }, lanes)));
  }), { numRuns: 80, seed: 3 });
});

it.each([1, 2])('batches of more than 2 GB can be written, in %i parts', (parts) => {
  expect(codeOf(maxPoolGradient({ images: 65_536, height: 32, width: 32, parts }, 16), 'avx512').length).toBeGreaterThan(0);
});
