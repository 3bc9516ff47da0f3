import { basename, join } from 'node:path';
import { badFile } from './bad-file.ts';
import { checkLabels } from './check-examples.ts';
import type { Dataset } from './dataset.ts';
import { verifyDigest } from './digest.ts';
import { exampleSet, type ExampleSet } from './example-set.ts';
import { parseIdx, type IdxArray } from './idx.ts';
import { readBytes } from './read-bytes.ts';

const bounds = { min: 0, max: 1 };
const classes = 10;
const inputShape = [28, 28, 1] as const;

export interface IdxFolder {
  /** Holds `train-images-idx3-ubyte` and its three siblings, plain or `.gz`. */
  readonly folder: string;
  /** What to do about a bad file. */
  readonly remedy: string;
  /** SHA-256 of the uncompressed files by name, where they are known. */
  readonly digests?: Readonly<Record<string, string>>;
}

/**
 * A data set in the four files of MNIST: 28 x 28 gray images of ten classes.
 * @throws LabError BAD_DATASET_FILE naming the file.
 */
export async function openIdxFolder(name: string, source: IdxFolder): Promise<Dataset> {
  const [train, test] = await Promise.all([readPart(`${name} train`, 'train', source), readPart(`${name} test`, 't10k', source)]);
  return { name, train, test, bounds, inputShape, classes };
}

async function readPart(name: string, prefix: string, source: IdxFolder): Promise<ExampleSet> {
  const images = await readIdx(join(source.folder, `${prefix}-images-idx3-ubyte`), 3, source);
  const labels = await readIdx(join(source.folder, `${prefix}-labels-idx1-ubyte`), 1, source);
  const [count, height, width] = images.shape as [number, number, number];
  if (count === 0 || height !== 28 || width !== 28) {
    throw badFile(images.path, 'at least one image of 28 x 28', `shape [${images.shape.join(', ')}]`, source.remedy);
  }
  if (labels.values.length !== count) {
    throw badFile(labels.path, `${count} labels, one for each image`, `${labels.values.length} labels`, source.remedy);
  }
  const checked = checkLabels(labels.values, classes, labels.path, source.remedy);
  return exampleSet({ name, inputShape, classes, bounds, pixels: images.values, labels: checked });
}

async function readIdx(path: string, rank: number, { digests, remedy }: IdxFolder): Promise<IdxArray & { path: string }> {
  const file = await readBytes(path, remedy);
  const array = parseIdx(file.bytes, rank, file.path, remedy);
  verifyDigest(file, digests?.[basename(path)], remedy);
  return { ...array, path: file.path };
}
