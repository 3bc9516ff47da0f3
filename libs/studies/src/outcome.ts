import type { AttackResult, AuditLine, AuditResult, Diagnosis, NoiseAccuracy, RobustShare } from '@entropic-lab/protocol';

/** What tables read of an audit. */
export type Audit = Pick<AuditResult, 'verdict' | 'norm' | 'epsilon' | 'examples'> & {
  readonly headline: Pick<RobustShare, 'robust' | 'ofAll'>;
  readonly lines: readonly Pick<AuditLine, 'id' | 'examples' | 'found'>[];
};

/** What tables read of an attack. */
export type Attack = Pick<AttackResult, 'plugin' | 'norm' | 'epsilon' | 'shown' | 'examples' | 'outcomes'> & {
  /** For paired tests; absent where it was not read. */
  readonly perExample?: Pick<AttackResult['perExample'], 'label' | 'outcome'>;
};

/** What tables read of a run's final evaluation. */
export interface Evaluation {
  readonly cleanAccuracy: number;
  readonly testExamples: number;
  readonly noise?: readonly NoiseAccuracy[] | undefined;
  readonly diagnosis: Diagnosis;
  readonly attacks: readonly Attack[];
  readonly audit?: Audit | undefined;
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
