import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatasetDescriptor } from '@entropic-lab/protocol';
import { describe, expect, it } from 'vitest';
import { datasetDescriptors, openDataset } from './catalogue.ts';

describe('the table of data sets', () => {
  it('describes each for a catalogue', () => {
    const descriptors = datasetDescriptors().map((descriptor) => DatasetDescriptor.parse(descriptor));
    expect(descriptors.map(({ name }) => name)).toEqual(['mnist', 'fashion-mnist', 'cifar10', 'files']);
    expect(descriptors[0]!.optionsSchema).toMatchObject({ type: 'object', additionalProperties: false, properties: { folder: { type: 'string' } } });
  });

  it('opens the MNIST that comes with the lab', async () => {
    const { train, test, bounds, inputShape, classes } = await openDataset('mnist');
    expect([train.count, test.count, classes, bounds, inputShape]).toEqual([60_000, 10_000, 10, { min: 0, max: 1 }, [28, 28, 1]]);
    // As printed on the data set's page: the first test images are 7, 2, 1, 0, 4; the first training images 5, 0, 4, 1, 9.
    expect(Array.from(test.labels.slice(0, 5))).toEqual([7, 2, 1, 0, 4]);
    expect(Array.from(train.labels.slice(0, 5))).toEqual([5, 0, 4, 1, 9]);
  });

  it('limits to the first examples, and says how many there are', async () => {
    const { train, test } = await openDataset('mnist', {}, { trainLimit: 7, testLimit: 10_000 });
    expect([train.count, train.pixels.length, test.count]).toEqual([7, 7 * 784, 10_000]);
    await expect(openDataset('mnist', {}, { trainLimit: 60_001 })).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'dataset.trainLimit' });
  });

  it('refuses unknown names and options', async () => {
    await expect(openDataset('minst')).rejects.toMatchObject({ code: 'UNKNOWN_DATASET' });
    await expect(openDataset('mnist', { foldr: '/tmp' })).rejects.toMatchObject({ code: 'INVALID_INPUT', path: 'dataset.options.foldr' });
    await expect(openDataset('fashion-mnist', { folder: '/nowhere' })).rejects.toThrow(/apt install dataset-fashion-mnist/);
  });

  const shared = resolve(import.meta.dirname, '../../../../shared/data/cifar10');
  const absent = !existsSync(shared);
  if (absent) console.warn(`skipped: CIFAR-10 records, which are not in ${shared}`);
  it.skipIf(absent)('opens real CIFAR-10 records, and refuses an incomplete set unless told to take it', async () => {
    await expect(openDataset('cifar10', { folder: shared })).rejects.toThrow(/data_batch_2\.bin/);
    const { train, test } = await openDataset('cifar10', { folder: shared, partial: true });
    expect([train.count, test.count, train.inputShape]).toEqual([10_000, 2_000, [32, 32, 3]]);
    const perClass = Array.from({ length: 10 }, (_, label) => train.labels.filter((other) => other === label).length);
    expect(Math.min(...perClass)).toBeGreaterThan(900);
  });
});
