export { attackNetwork, type AttackProgress, type JudgedBatch } from './attack-network.ts';
export type { AttackJob } from './attack-job.ts';
export type { Judgement } from './judge.ts';
export { epsilonSweep, type SweepJob, type SweepProgress } from './epsilon-sweep.ts';
export { accuracy, type Measurement, type Predictions } from './predict.ts';
export { noiseAccuracy, type NoiseMeasurement } from './noise-accuracy.ts';
export { diagnose } from './diagnose.ts';
export { finish } from './finish.ts';
export { median, wilsonInterval } from './wilson.ts';
