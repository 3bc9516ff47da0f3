import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDataset } from './catalogue.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cifar-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** One record: the label, then a red plane of 1s, a green of 2s, a blue of 3s, the first pixel of each 10 more. */
function record(label: number): Buffer {
  const planes = [1, 2, 3].map((value) => Buffer.concat([Buffer.of(value + 10), Buffer.alloc(1023, value)]));
  return Buffer.concat([Buffer.of(label), ...planes]);
}

it('reads planes as channels, and refuses records cut short and labels that are no class', async () => {
  const open = () => openDataset('cifar10', { folder, partial: true });
  await writeFile(join(folder, 'test_batch.bin'), record(9));
  await writeFile(join(folder, 'data_batch_1.bin'), Buffer.concat([record(3), record(0)]));
  await writeFile(join(folder, 'data_batch_3.bin'), record(5));
  const { train } = await open();
  expect(Array.from(train.labels)).toEqual([3, 0, 5]);
  expect(Array.from(train.pixels.slice(0, 6))).toEqual([11, 12, 13, 1, 2, 3]);

  await writeFile(join(folder, 'data_batch_3.bin'), record(5).subarray(0, 3000));
  await expect(open()).rejects.toMatchObject({ code: 'BAD_DATASET_FILE', message: expect.stringMatching(/multiple of 3073 bytes.*got 3000 bytes.*data_batch_3/s) });
  await writeFile(join(folder, 'data_batch_3.bin'), record(10));
  await expect(open()).rejects.toThrow(/0 to 9, got label 10/);
});
