import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors, type TensorArray } from '@entropic-lab/models/safetensors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from './catalogue.ts';

const fixture = (name: string) => join(import.meta.dirname, '../fixtures', name);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-'));
});
afterAll(() => rm(folder, { recursive: true }));

const open = (file: string, more: object = {}) => openDataset('files', { train: file, test: file, classes: 3, ...more });

/** Two images of 1 x 2 gray pixels with one thing changed. */
async function withArrays(change: Readonly<Record<string, TensorArray>>): Promise<string> {
  const file = join(folder, `${Math.random()}.safetensors`);
  const tensors: Record<string, TensorArray> = {
    images: { dtype: 'F32', shape: [2, 1, 2, 1], values: Float32Array.of(0, 0.25, 0.5, 1) },
    labels: { dtype: 'I64', shape: [2], values: BigInt64Array.of(2n, 0n) },
  };
  await writeFile(file, writeSafetensors({ tensors: { ...tensors, ...change } }));
  return file;
}

describe("one's own files", () => {
  it('reads what numpy.savez wrote: float32 images, int64 labels', async () => {
    const { train, inputShape } = await open(fixture('tiny.npz'));
    expect([train.count, inputShape]).toEqual([5, [4, 3, 2]]);
    expect(Array.from(train.labels)).toEqual([0, 1, 2, 1, 0]);
    // numpy.random.RandomState(0).rand(...)[:4] as float32.
    expect(Array.from(train.pixels.slice(0, 4))).toEqual([0.54881352186203, 0.7151893377304077, 0.6027633547782898, 0.5448831915855408]);
  });

  it('reads a compressed file of bytes under the names that Keras gives', async () => {
    const { train, test } = await open(fixture('tiny-keras.npz'));
    expect([train.count, test.count]).toEqual([5, 2]);
    expect(Array.from(train.pixels.slice(0, 4))).toEqual([139, 182, 153, 138]);
    expect(Array.from(test.labels)).toEqual([0, 1]);
  });

  it('reads safetensors', async () => {
    const { train } = await open(await withArrays({}));
    expect([Array.from(train.labels), Array.from(train.pixels)]).toEqual([[2, 0], [0, 0.25, 0.5, 1]]);
  });

  it.each([
    ['NaN', Number.NaN, /from 0 to 1, got NaN in example 1 .*leave the example out/],
    ['a pixel above the bounds', 1.5, /from 0 to 1, got 1.5 in example 1 .*options "min" and "max"/],
    ['a pixel below the bounds', -0.01, /got -0.00999.* in example 1/],
  ])('refuses %s', async (_, pixel, message) => {
    const file = await withArrays({ images: { dtype: 'F32', shape: [2, 1, 2, 1], values: Float32Array.of(0, 0.25, pixel, 1) } });
    await expect(open(file)).rejects.toMatchObject({ code: 'BAD_DATASET_FILE', message: expect.stringMatching(message) });
  });

  it('takes other bounds on request', async () => {
    const file = await withArrays({ images: { dtype: 'F32', shape: [2, 1, 2, 1], values: Float32Array.of(-1, 0.25, 1, 1) } });
    expect((await open(file, { min: -1 })).bounds).toEqual({ min: -1, max: 1 });
    await expect(open(file, { min: 2 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it.each([
    ['a label that is no class', { labels: { dtype: 'I64', shape: [2], values: BigInt64Array.of(2n, 3n) } }, /0 to 2, got label 3 of example 1/],
    ['a label between classes', { labels: { dtype: 'F32', shape: [2], values: Float32Array.of(0.5, 1) } }, /got label 0.5 of example 0/],
    ['too few labels', { labels: { dtype: 'I64', shape: [1], values: BigInt64Array.of(2n) } }, /expected 2 labels/],
    ['flat images', { images: { dtype: 'F32', shape: [2, 2], values: new Float32Array(4) } }, /images of shape .* got .*\[2, 2\]/],
    ['images of a wrong type', { images: { dtype: 'I32', shape: [2, 1, 2, 1], values: new Int32Array(4) } }, /uint8, float32 or float64 images, got I32/],
  ] as const)('refuses %s', async (_, change, message) => {
    await expect(open(await withArrays(change as unknown as Record<string, TensorArray>))).rejects.toMatchObject({ code: 'BAD_DATASET_FILE', message: expect.stringMatching(message) });
  });

  it('refuses damaged archives', async () => {
    const whole = await readFile(fixture('tiny.npz'));
    const cut = join(folder, 'cut.npz');
    await writeFile(cut, whole.subarray(0, 700));
    await expect(open(cut)).rejects.toMatchObject({ code: 'BAD_DATASET_FILE', message: expect.stringMatching(/directory at the end, got 700 bytes/) });
    const altered = join(folder, 'altered.npz');
    const bytes = Buffer.from(whole);
    bytes[300]! ^= 1;
    await writeFile(altered, bytes);
    await expect(open(altered)).rejects.toThrow(/CRC-32/);
    await expect(open(fixture('fortran.npz'))).rejects.toThrow(/C order, got Fortran order/);
    await expect(open('/nowhere/a.npz')).rejects.toThrow(/ENOENT/);
  });
});
