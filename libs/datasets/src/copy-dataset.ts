import { copyFile, mkdir, readdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LabError } from '@entropic-lab/protocol';
import { cifar10, cifar10Folder } from './cifar10.ts';

export interface CopyOptions {
  /** Folder with the files of the binary version, plain or .gz. */
  readonly from: string;
  /** Where they go. Default: where the data set looks for them. */
  readonly folder?: string | undefined;
}

export interface Copied {
  readonly folder: string;
  readonly trainExamples: number;
  readonly testExamples: number;
}

/**
 * Takes a data set's files from a folder instead of its authors' site, once every image in them is read and found right.
 * Some of the training files do; the data set is then opened with its option `partial`.
 * @throws LabError UNKNOWN_DATASET; BAD_DATASET_FILE, and then nothing is copied.
 */
export async function copyDataset(name: string, { from, folder = cifar10Folder() }: CopyOptions): Promise<Copied> {
  if (name !== cifar10.name) throw new LabError('UNKNOWN_DATASET', `[datasets] expected a data set that can be fetched (${cifar10.name}), got ${JSON.stringify(name)}.`, { path: 'name' });
  const { train, test } = await cifar10.open({ folder: from, partial: true });
  const copied = { folder, trainExamples: train.count, testExamples: test.count };
  if (resolve(from) === resolve(folder)) return copied;
  await mkdir(folder, { recursive: true });
  const files = (await readdir(from)).filter((file) => /^(data_batch_[1-5]|test_batch)\.bin(\.gz)?$/.test(file));
  for (const file of files) {
    await copyFile(join(from, file), join(folder, `${file}.part`));
    await rename(join(folder, `${file}.part`), join(folder, file));
  }
  return copied;
}
