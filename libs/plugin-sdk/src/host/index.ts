export type { AttackLimits, Calls } from './budget.ts';
export type { Attackable } from './counted-model.ts';
export { exampleRandom } from './example-random.ts';
export { pixelPairs } from './into-threat-model.ts';
export type { MemberReport } from './member-log.ts';
export { allFinite, allowed, perturbationLength, withinBounds, type PixelPair } from './measure.ts';
export { mostCalls } from './most-calls.ts';
export { propose, type FailedProposal, type Proposal, type Proposed } from './propose.ts';
