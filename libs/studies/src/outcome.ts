import type { AttackResult, AuditResult, Diagnosis, NoiseAccuracy } from '@entropic-lab/protocol';

/** What tables read of a run's final evaluation. */
export interface Evaluation {
  readonly cleanAccuracy: number;
  readonly testExamples: number;
  readonly noise?: readonly NoiseAccuracy[] | undefined;
  readonly diagnosis: Diagnosis;
  readonly attacks: readonly Pick<AttackResult, 'plugin' | 'norm' | 'shown' | 'examples' | 'outcomes'>[];
  readonly audit?: (Pick<AuditResult, 'verdict' | 'examples'> & { readonly headline: Pick<AuditResult['headline'], 'ofAll'> }) | undefined;
}

/** What a run of a study came to. */
export interface Measured {
  readonly evaluation: Evaluation;
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
