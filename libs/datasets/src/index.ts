export type { Dataset } from './dataset.ts';
export { exampleSet, firstExamples, pixelsPerExample, selectExamples, type ExampleSet, type ExampleSetParts, type ImageShape } from './example-set.ts';
export { datasetDescriptors, datasetSources, openDataset, type Limits } from './catalogue.ts';
export type { DatasetSource } from './source.ts';
export { batchCount, batches, readBatch, type Batch, type BatchOptions } from './batches.ts';
export { augmentation, changesNothing, type Move } from './augment.ts';
export { epochOrder, split } from './order.ts';
export { fetchDataset, type FetchOptions } from './fetch-dataset.ts';
export type { DownloadProgress } from './download.ts';
