export { cleverScores, type CleverJob, type CleverScore } from './clever.ts';
export { medianMinimalPerturbation, minimalDistances, robustnessCurve, type CurvePoint, type MinimalDistances } from '@entropic-lab/protocol';
export { empiricalRobustness, type EmpiricalRobustness } from './empirical-robustness.ts';
