import './gradients.ts';

export * from './tree.ts';
export * from './tensor-fn.ts';
export * from './host-input.ts';
export { eagerRunner, copy, dispose } from './eager-runner.ts';
export { Rng } from './rng.ts';
export { norm, asRows, perExample } from './norms.ts';
export * from './balls.ts';
export * from './tolerance.ts';
export * from './logits.ts';
export * from './backend.ts';
