import { readFile } from 'node:fs/promises';
import { isFloating, readSafetensors, toFloat32, type TensorArray } from '@entropic-lab/models/safetensors';
import { LabError } from '@entropic-lab/protocol';
import { z } from 'zod';
import { badFile } from './bad-file.ts';
import { checkLabels, checkPixels } from './check-examples.ts';
import { exampleSet, type ExampleSet, type ImageShape } from './example-set.ts';
import { parseNpy } from './npy.ts';
import type { DatasetSource } from './source.ts';
import { readZip } from './zip.ts';

const remedy = 'Save float32 or uint8 images [examples, height, width, channels] and integer labels [examples].';

/** Names under which each array is looked for, in this order; the second and third are those of Keras' data sets. */
const arrayNames = {
  train: { images: ['train_images', 'x_train', 'images', 'x'], labels: ['train_labels', 'y_train', 'labels', 'y'] },
  test: { images: ['test_images', 'x_test', 'images', 'x'], labels: ['test_labels', 'y_test', 'labels', 'y'] },
} as const;

const options = {
  train: z.string().min(1).meta({ title: 'Training file', description: 'npz or safetensors with the arrays images and labels (or x_train and y_train).' }),
  test: z.string().min(1).meta({ title: 'Test file', description: 'The same for testing (or x_test and y_test); may be the same file.' }),
  classes: z.int().min(2).meta({ title: 'Classes', description: 'Labels are 0 ... classes - 1.' }),
  min: z.number().default(0).meta({ title: 'Smallest pixel', description: 'Smallest value a float pixel may have. Bytes are always read as value / 255.' }),
  max: z.number().default(1).meta({ title: 'Largest pixel', description: 'Largest value a float pixel may have.' }),
};

/** Images and labels of one's own. Shape, classes and counts are known only once the files are open. */
export const ownFiles: DatasetSource<typeof options> = {
  name: 'files',
  title: 'Your own npz or safetensors files (shape as in the files)',
  inputShape: null,
  classes: null,
  bounds: null,
  trainExamples: null,
  testExamples: null,
  options: z.strictObject(options),
  async open({ train: trainFile, test: testFile, ...how }) {
    if (how.min >= how.max) {
      throw new LabError('INVALID_INPUT', `[datasets] expected min < max, got ${how.min} and ${how.max} (dataset.options.min).`, { path: 'dataset.options.min' });
    }
    const train = await readSet('train', trainFile, how);
    const test = await readSet('test', testFile, how);
    if (train.inputShape.join() !== test.inputShape.join() || train.bounds.min !== test.bounds.min || train.bounds.max !== test.bounds.max) {
      throw badFile(testFile, `images like the training images, [${train.inputShape.join(', ')}]`, `[${test.inputShape.join(', ')}] or other bounds`, remedy);
    }
    return { name: 'files', train, test, bounds: train.bounds, inputShape: train.inputShape, classes: how.classes };
  },
};

interface How {
  readonly classes: number;
  readonly min: number;
  readonly max: number;
}

async function readSet(part: 'train' | 'test', file: string, { classes, min, max }: How): Promise<ExampleSet> {
  const arrays = await readArrays(file);
  const images = pick(arrays, arrayNames[part].images, file);
  const labels = pick(arrays, arrayNames[part].labels, file);
  const pixels = pixelsOf(images, file);
  const bounds = pixels instanceof Uint8Array ? { min: 0, max: 1 } : { min, max };
  const inputShape = imageShape(images.shape, file);
  if (labels.values.length !== images.shape[0]) {
    throw badFile(file, `${images.shape[0]} labels, one for each image`, `shape [${labels.shape.join(', ')}]`, remedy);
  }
  const checked = checkLabels(Array.from(labels.values as ArrayLike<number | bigint>, Number), classes, file, remedy);
  return checkPixels(exampleSet({ name: `${file} ${part}`, inputShape, classes, bounds, pixels, labels: checked }), file);
}

async function readArrays(file: string): Promise<Readonly<Record<string, TensorArray>>> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw badFile(file, 'a readable file', cause.code ?? cause.message, remedy);
  });
  if (file.endsWith('.safetensors')) return asDatasetError(() => readSafetensors(bytes, file).tensors);
  if (!file.endsWith('.npz')) throw badFile(file, 'a name ending in .npz or .safetensors', file, remedy);
  const members = [...readZip(bytes, file)].map(([name, member]) => [name.replace(/\.npy$/, ''), parseNpy(member, `${file}: ${name}`)] as const);
  return Object.fromEntries(members);
}

function asDatasetError<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    const error = LabError.from(thrown);
    throw new LabError('BAD_DATASET_FILE', error.message, { cause: thrown, ...(error.path === undefined ? {} : { path: error.path }) });
  }
}

function pick(arrays: Readonly<Record<string, TensorArray>>, names: readonly string[], file: string): TensorArray {
  const name = names.find((candidate) => Object.hasOwn(arrays, candidate));
  if (name === undefined) throw badFile(file, `an array named ${names.join(', ')}`, `arrays ${Object.keys(arrays).join(', ') || '(none)'}`, remedy);
  return arrays[name]!;
}

function pixelsOf(images: TensorArray, file: string): Uint8Array | Float32Array {
  if (images.dtype === 'U8') return images.values as Uint8Array;
  if (isFloating(images.dtype)) return toFloat32(images);
  throw badFile(file, 'uint8, float32 or float64 images', images.dtype, remedy);
}

function imageShape(shape: readonly number[], file: string): ImageShape {
  const [, height, width, channels = 1] = shape;
  const ranked = shape.length === 3 || shape.length === 4;
  if (!ranked || shape.some((size) => size < 1)) throw badFile(file, 'images of shape [examples, height, width, channels]', `[${shape.join(', ')}]`, remedy);
  return [height!, width!, channels];
}
