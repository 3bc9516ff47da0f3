import { lenet5Reference, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import noise from './index.ts';

beforeAll(() => prepareBackend('wasm'));

const wide = { min: -100, max: 100 };

describe('noise', () => {
  it('is Gaussian of exactly length epsilon in l2', async () => {
    using reference = lenet5Reference();
    const { distances, images, calls } = await runAttack(noise, { ...reference, norm: 'l2', epsilon: 3, bounds: wide, runner: eagerRunner() });
    for (const distance of distances) expect(distance).toBeCloseTo(3, 4);
    const delta = images.map((pixel, at) => (pixel - reference.batch.pixels[at]!) / (3 / 28));
    expect(mean(delta.map((x) => x * x))).toBeCloseTo(1, 1);
    expect(mean(delta.map((x) => x ** 4))).toBeGreaterThan(2.7);
    expect(calls.forward).toBe(0);
  });

  it('is uniform in the box in linf', async () => {
    using reference = lenet5Reference();
    const { images } = await runAttack(noise, { ...reference, norm: 'linf', epsilon: 0.5, bounds: wide, runner: eagerRunner() });
    const delta = images.map((pixel, at) => pixel - reference.batch.pixels[at]!);
    expect(Math.max(...delta)).toBeGreaterThan(0.49);
    expect(mean(delta.map((x) => x * x))).toBeCloseTo(0.25 / 3, 2);
  });

  it('repeats by example until one draw succeeds, and counts a query for each', async () => {
    using reference = lenet5Reference();
    const run = (repeats: number) => runAttack(noise, { ...reference, norm: 'linf', epsilon: 0.6, options: { repeats }, runner: eagerRunner() });
    const [once, often] = [await run(1), await run(12)];
    const wrong = (predictions: number[]) => predictions.filter((answer, row) => answer !== reference.batch.labels[row]).length;
    expect(wrong(often.predictions)).toBeGreaterThan(wrong(once.predictions));
    expect(often.calls).toEqual({ forward: 12, backward: 0 });
  });
});

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
