import type { Run } from '@entropic-lab/client';
import type { EpochMetrics, FinalEvaluation } from '@entropic-lab/protocol';

/** What a run of a study came to. */
export interface RunResult {
  readonly run: Run;
  readonly evaluation: FinalEvaluation;
  readonly epochs: readonly EpochMetrics[];
  /** Engine and device of every worker that computed a part of it. */
  readonly computedBy: readonly string[];
}

/** Why a run has no result. */
export interface NoResult {
  readonly run?: Run;
  readonly reason: string;
}

export type Results = ReadonlyMap<string, RunResult | NoResult>;

export function hasResult(outcome: RunResult | NoResult | undefined): outcome is RunResult {
  return outcome !== undefined && 'evaluation' in outcome;
}

/** Seconds from a run's first start to its end. */
export function secondsOf({ startedAt, finishedAt }: Run): number {
  return startedAt === null || finishedAt === null ? 0 : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
}
