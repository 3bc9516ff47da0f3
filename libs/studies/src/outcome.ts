import type { FinalEvaluation } from '@entropic-lab/protocol';

/** What a run of a study came to. */
export interface Measured {
  readonly evaluation: FinalEvaluation;
}

/** Why a run has no result. */
export interface Unmeasured {
  readonly reason: string;
}

/** By the key of the run in its plan. */
export type Outcomes = ReadonlyMap<string, Measured | Unmeasured>;

export function isMeasured<M extends Measured>(outcome: M | Unmeasured | undefined): outcome is M {
  return outcome !== undefined && 'evaluation' in outcome;
}
