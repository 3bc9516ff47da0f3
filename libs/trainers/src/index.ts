export { checkpointThreads } from './checkpoint.ts';
export { train, type TrainOptions } from './train.ts';
export type { TrainedEpoch, TrainingItem, TrainingProgress } from './items.ts';
