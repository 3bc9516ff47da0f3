export { CONTRACT_VERSION } from './contract-version.ts';
export type * from './definition.ts';
export * from './attack.ts';
export * from './loss.ts';
export * from './author/objective.ts';
export { cascade, mostCallsOf } from './author/cascade.ts';
export { dlr, targetedDlr } from './author/dlr.ts';
export { clipToBounds, direction, inputGradient, lossAndGradient, project, randomStart, type Forward } from './author/descent.ts';
export { divergence, nearbyOptions, worstNearby } from './author/nearby.ts';
