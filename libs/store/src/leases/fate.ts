import type { ErrorCode, LabErrorRecord, RunEventBody } from '@entropic-lab/protocol';
import type { RunRow } from '../tables.ts';

/**
 * Whether another attempt may end otherwise. What the run asks for, its data or its plugins cause again and again is
 * told at once; what a machine or a network causes is worth another try.
 */
export const mendable: Readonly<Record<ErrorCode, boolean>> = {
  INVALID_INPUT: false,
  UNKNOWN_PLUGIN: false,
  UNKNOWN_DATASET: false,
  UNKNOWN_ARCHITECTURE: false,
  UNKNOWN_RUN: false,
  UNKNOWN_WORKER: false,
  UNKNOWN_ARTIFACT: false,
  NO_CATALOGUE: false,
  RUN_NOT_FINISHED: false,
  RUN_ENDED: false,
  RUN_NOT_ENDED: false,
  UNKNOWN_STUDY: false,
  UNKNOWN_TOKEN: false,
  UNKNOWN_SCHEDULE: false,
  LEASE_LOST: true,
  EVENT_CONFLICT: false,
  BAD_DATASET_FILE: false,
  BAD_WEIGHTS: false,
  // Bytes that were damaged on their way are made and sent again.
  BAD_ARTIFACT: true,
  BAD_PLUGIN: false,
  PLUGIN_FAILED: false,
  UNREACHABLE_TARGET: false,
  DIVERGED: false,
  UNTRACEABLE: false,
  // Of this worker; the next may have it.
  NO_ENGINE: true,
  DEVICE_LOST: true,
  // Others on the same device may be gone by then, and another worker may have more.
  OUT_OF_MEMORY: true,
  RUNNER_DIED: true,
  OUT_OF_BUDGET: false,
  CANCELLED: false,
  PORT_IN_USE: false,
  DATA_FOLDER_IN_USE: false,
  DATA_FOLDER_UNUSABLE: false,
  DISK_FULL: true,
  UNAUTHENTICATED: false,
  TOO_COMPLEX: false,
  RATE_LIMITED: true,
  FORBIDDEN: false,
  SERVER_UNREACHABLE: true,
  NOT_READY: true,
  INTERNAL: false,
};

/** Codes with which a run that failed was given up: a dead letter, for somebody to look at and ask for again. */
export const mendableCodes: readonly string[] = Object.entries(mendable).flatMap(([code, yes]) => (yes ? [code] : []));

const longestDelaySeconds = 300;

export interface RetryRules {
  readonly maxAttempts: number;
  readonly retrySeconds: number;
}

type FatedRun = Pick<RunRow, 'attempt' | 'attemptsBefore' | 'cancelRequested' | 'workerId'>;

/**
 * What becomes of a run whose worker says that it ended: its word stands, but a failure that another attempt may mend
 * is followed by one, after a while, until the attempts are used up. The same run and word have the same fate, so that
 * a worker may repeat itself.
 */
export function fateOf(run: FatedRun, body: RunEventBody, { maxAttempts, retrySeconds }: RetryRules): RunEventBody {
  if (body.type !== 'finished' || body.status !== 'failed' || body.error === undefined || !mendable[body.error.code]) return body;
  if (run.cancelRequested) return { ...body, status: 'cancelled' };
  const used = attemptsUsed(run);
  if (used >= maxAttempts) return { ...body, error: givenUp(body.error, run, maxAttempts) };
  const delaySeconds = Math.min(retrySeconds * 2 ** (used - 1), longestDelaySeconds);
  return { type: 'requeued', reason: body.error, delaySeconds };
}

/** What becomes of a run whose worker was silent until its lease ran out. */
export function fateOfSilence(run: FatedRun, { maxAttempts }: RetryRules): RunEventBody {
  if (run.cancelRequested) return { type: 'finished', status: 'cancelled' };
  const silence = `[lab] worker ${run.workerId} was not heard of until its lease ran out`;
  if (attemptsUsed(run) >= maxAttempts) {
    return { type: 'finished', status: 'failed', error: givenUp({ code: 'RUNNER_DIED', message: `${silence}. Look at that worker's log.` }, run, maxAttempts) };
  }
  const message = `${silence} (attempt ${attemptsUsed(run)} of ${maxAttempts}). The run waits for the next worker.`;
  return { type: 'requeued', reason: { code: 'LEASE_LOST', message } };
}

function attemptsUsed({ attempt, attemptsBefore }: FatedRun): number {
  return attempt - attemptsBefore;
}

function givenUp(error: LabErrorRecord, run: FatedRun, maxAttempts: number): LabErrorRecord {
  return { ...error, message: `${error.message}\nGiven up after attempt ${attemptsUsed(run)} of ${maxAttempts}. retryRun tries again from the last checkpoint.` };
}
