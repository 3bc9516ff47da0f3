import { LabError, parse, type DatasetDescriptor } from '@entropic-lab/protocol';
import { z } from 'zod';
import { cifar10 } from './cifar10.ts';
import type { Dataset } from './dataset.ts';
import { firstExamples } from './example-set.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { mnist } from './mnist.ts';
import { ownFiles } from './own-files.ts';
import type { DatasetSource } from './source.ts';

/** Every data set the lab can open. */
export const datasetSources: readonly DatasetSource[] = [mnist, fashionMnist, cifar10, ownFiles] as readonly DatasetSource[];

export interface Limits {
  /** First n training examples in file order. Default: all. */
  readonly trainLimit?: number | undefined;
  /** First n test examples in file order. Default: all. */
  readonly testLimit?: number | undefined;
}

/**
 * Reads and checks a whole data set.
 * @throws LabError UNKNOWN_DATASET; INVALID_INPUT for options (path `dataset.options.folder` and the like) and limits;
 * BAD_DATASET_FILE with the file, what was expected, what was found and what to do.
 */
export async function openDataset(name: string, options: unknown = {}, limits: Limits = {}): Promise<Dataset> {
  const source = datasetSources.find((candidate) => candidate.name === name);
  if (source === undefined) {
    const names = datasetSources.map((known) => known.name).join(', ');
    throw new LabError('UNKNOWN_DATASET', `[datasets] expected one of ${names}, got ${JSON.stringify(name)} (dataset.name).`, { path: 'dataset.name' });
  }
  const schema = z.strictObject({ dataset: z.strictObject({ options: source.options }) });
  const dataset = await source.open(parse(schema, { dataset: { options } }, name).dataset.options);
  return {
    ...dataset,
    train: firstExamples(dataset.train, limits.trainLimit, 'dataset.trainLimit'),
    test: firstExamples(dataset.test, limits.testLimit, 'dataset.testLimit'),
  };
}

/** What a worker's catalogue says of the data sets. */
export function datasetDescriptors(): DatasetDescriptor[] {
  return datasetSources.map(({ name, title, inputShape, classes, bounds, trainExamples, testExamples, options }) => ({
    name,
    title,
    inputShape: inputShape === null ? null : [...inputShape],
    classes,
    bounds,
    trainExamples,
    testExamples,
    optionsSchema: z.toJSONSchema(options, { io: 'input' }),
  }));
}
