import type { Run } from '@entropic-lab/client';
import type { EpochMetrics, FinalEvaluation, RunEvent } from '@entropic-lab/protocol';
import { isMeasured, type Measured, type Unmeasured } from '@entropic-lab/studies';

/** What a run of a study came to. */
export interface RunResult extends Measured {
  readonly run: Run;
  readonly evaluation: FinalEvaluation;
  readonly epochs: readonly EpochMetrics[];
  /** Engine and device of every worker that computed a part of it. */
  readonly computedBy: readonly string[];
}

/** Why a run has no result. */
export interface NoResult extends Unmeasured {
  readonly run?: Run;
  /** Those it told before. */
  readonly epochs?: readonly EpochMetrics[];
}

export type Results = ReadonlyMap<string, RunResult | NoResult>;

export function hasResult(outcome: RunResult | NoResult | undefined): outcome is RunResult {
  return isMeasured<RunResult>(outcome);
}

/** Seconds from a run's first start to its end. */
export function secondsOf({ startedAt, finishedAt }: Run): number {
  return startedAt === null || finishedAt === null ? 0 : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
}

/** Reads a run's events as they come. */
export class RunReading {
  readonly #epochs: EpochMetrics[] = [];
  readonly #computedBy = new Set<string>();
  #evaluation: FinalEvaluation | undefined;

  saw({ body }: RunEvent): void {
    if (body.type === 'epoch') this.#epochs.push(body.metrics);
    else if (body.type === 'evaluated') this.#evaluation = body.evaluation;
    else if (body.type === 'started') this.#computedBy.add(`${body.engine} on ${body.device}`);
  }

  /** @param run as it is after the events seen. */
  outcome(run: Run): RunResult | NoResult {
    const epochs = this.#epochs;
    if (run.status === 'succeeded' && this.#evaluation !== undefined) return { run, evaluation: this.#evaluation, epochs, computedBy: [...this.#computedBy] };
    const told = epochs.length === 0 ? '' : ` after epoch ${epochs.at(-1)!.epoch}`;
    return { run, epochs, reason: `run ${run.id} ${run.status}${told}${run.error === null ? '' : `: ${run.error.message}`}` };
  }
}
