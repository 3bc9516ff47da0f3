export { cleverScores, type CleverJob, type CleverScore } from './clever.ts';
export { minimalDistances, type MinimalDistances } from './minimal-distances.ts';
export { empiricalRobustness, medianMinimalPerturbation, robustnessCurve, type CurvePoint, type EmpiricalRobustness } from './summaries.ts';
