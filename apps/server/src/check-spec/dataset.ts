import { LabError, type DatasetDescriptor, type RunSpec } from '@entropic-lab/protocol';
import { suggestion } from './nearest.ts';
import type { Offered } from './offered.ts';
import { completeOptions } from './options.ts';

/** @throws LabError UNKNOWN_DATASET. */
export function findDataset({ datasets }: Offered, name: string): DatasetDescriptor {
  const found = datasets.find((dataset) => dataset.name === name);
  if (found !== undefined) return found;
  const help = suggestion(name, datasets.map((dataset) => dataset.name));
  throw new LabError('UNKNOWN_DATASET', `[run spec] expected a data set that a worker offers, got ${JSON.stringify(name)} (dataset.name).${help}`, { path: 'dataset.name' });
}

/** @throws LabError UNKNOWN_DATASET; INVALID_INPUT for options, or for limits above what there is. */
export function completeDataset(offered: Offered, { dataset, evaluation }: RunSpec): RunSpec['dataset'] {
  const descriptor = findDataset(offered, dataset.name);
  const limits = [
    { path: 'dataset.trainLimit', what: 'training', asked: dataset.trainLimit, there: descriptor.trainExamples },
    { path: 'dataset.testLimit', what: 'test', asked: dataset.testLimit, there: descriptor.testExamples },
    { path: 'evaluation.examples', what: 'test', asked: evaluation.examples, there: dataset.testLimit ?? descriptor.testExamples },
    { path: 'evaluation.audit.examples', what: 'test', asked: evaluation.audit?.examples, there: dataset.testLimit ?? descriptor.testExamples },
  ];
  for (const { path, what, asked, there } of limits) {
    if (asked === undefined || there === null || asked <= there) continue;
    throw new LabError('INVALID_INPUT', `[${dataset.name}] expected at most the ${there} ${what} examples there are, got ${asked} (${path}).`, { path });
  }
  return { ...dataset, options: completeOptions(descriptor.optionsSchema, dataset.options, { owner: dataset.name, path: 'dataset.options' }) };
}
