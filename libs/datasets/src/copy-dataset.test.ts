import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDataset } from './catalogue.ts';
import { copyDataset } from './copy-dataset.ts';

let from: string;
let folder: string;
beforeEach(async () => {
  from = await mkdtemp(join(tmpdir(), 'cifar-from-'));
  folder = join(from, 'to', 'cifar10');
});
afterEach(() => rm(from, { recursive: true }));

const record = (label: number): Buffer => Buffer.concat([Buffer.of(label), Buffer.alloc(3072, label)]);

it('copies the files of a data set that are right, says how many images they hold, and nothing else', async () => {
  await writeFile(join(from, 'data_batch_1.bin'), Buffer.concat([record(1), record(2)]));
  await writeFile(join(from, 'test_batch.bin'), record(3));
  await writeFile(join(from, 'notes.txt'), 'mine');
  expect(await copyDataset('cifar10', { from, folder })).toEqual({ folder, trainExamples: 2, testExamples: 1 });
  expect((await readdir(folder)).sort()).toEqual(['data_batch_1.bin', 'test_batch.bin']);
  expect(Array.from((await openDataset('cifar10', { folder, partial: true })).train.labels)).toEqual([1, 2]);
});

it('copies nothing where a file is damaged, absent, or of a data set that is in no archive', async () => {
  await writeFile(join(from, 'data_batch_1.bin'), record(1).subarray(1));
  await writeFile(join(from, 'test_batch.bin'), record(3));
  await expect(copyDataset('cifar10', { from, folder })).rejects.toMatchObject({ code: 'BAD_DATASET_FILE' });
  await expect(copyDataset('cifar10', { from: join(from, 'nowhere'), folder })).rejects.toMatchObject({ code: 'BAD_DATASET_FILE' });
  await expect(copyDataset('mnist', { from, folder })).rejects.toMatchObject({ code: 'UNKNOWN_DATASET' });
  await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
});
