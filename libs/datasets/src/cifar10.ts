import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { badFile } from './bad-file.ts';
import { parseCifarRecords } from './cifar-records.ts';
import { exampleSet, type ExampleSet } from './example-set.ts';
import { readBytes, readBytesIfPresent } from './read-bytes.ts';
import type { DatasetSource } from './source.ts';

const inputShape = [32, 32, 3] as const;
const classes = 10;
const bounds = { min: 0, max: 1 };
const trainFiles = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`);
const testFiles = ['test_batch.bin'];
const RECORDS_PER_FILE = 10_000;

/** Where `entropic data fetch cifar10` unpacks, unless told otherwise. */
export function cifar10Folder(): string {
  return join(homedir(), '.cache', 'entropic-lab', 'cifar10');
}

const options = {
  folder: z.string().min(1).optional().meta({
    title: 'Folder',
    description: 'Folder with data_batch_1.bin ... data_batch_5.bin and test_batch.bin, plain or .gz. Default: where "entropic data fetch cifar10" puts them.',
  }),
  partial: z.boolean().default(false).meta({
    title: 'Partial',
    description: 'Accept fewer batch files and fewer images than the published set has.',
  }),
};

export const cifar10: DatasetSource<typeof options> = {
  name: 'cifar10',
  title: 'CIFAR-10 small color photographs',
  inputShape,
  classes,
  bounds,
  trainExamples: 50_000,
  testExamples: 10_000,
  options: z.strictObject(options),
  async open({ folder = cifar10Folder(), partial }) {
    const train = await readFiles('cifar10 train', folder, { files: trainFiles, partial });
    const test = await readFiles('cifar10 test', folder, { files: testFiles, partial });
    return { name: 'cifar10', train, test, bounds, inputShape, classes };
  },
};

async function readFiles(name: string, folder: string, { files, partial }: { files: readonly string[]; partial: boolean }): Promise<ExampleSet> {
  const remedy = 'Run "entropic data fetch cifar10", or give the folder of the binary version in the option "folder".';
  const parts = [];
  for (const file of files) {
    const mayBeAbsent = partial && file !== files[0];
    const read = await (mayBeAbsent ? readBytesIfPresent : readBytes)(join(folder, file), remedy);
    if (read === undefined) continue;
    const records = parseCifarRecords(read.bytes, read.path, remedy);
    if (!partial && records.labels.length !== RECORDS_PER_FILE) {
      throw badFile(read.path, `${RECORDS_PER_FILE} images`, `${records.labels.length} images`, `${remedy} Set the option "partial" to use fewer on purpose.`);
    }
    parts.push(records);
  }
  const labels = Int32Array.from(parts.flatMap((part) => [...part.labels]));
  const pixels = new Uint8Array(Buffer.concat(parts.map((part) => part.pixels)));
  return exampleSet({ name, inputShape, classes, bounds, pixels, labels });
}
