import type { FinalEvaluation } from '@entropic-lab/protocol';
import type { EvaluationRow, RunArtifact, RunValue, StatusCounts, Store, StudyRow, Waiting } from '@entropic-lab/store';
import type { Meters } from './observe/metrics.ts';
import type { Caller } from './access/caller.ts';
import type { Logger } from 'pino';

/** What every resolver works with; one per operation. */
export interface Context {
  readonly store: Store;
  readonly caller: Caller;
  readonly meters: Meters;
  readonly log: Logger;
  /** Aborted when the client has gone or the server is closing. */
  readonly signal: AbortSignal;
  /** Artifacts of a run; the runs of one operation share one query. */
  readonly artifactsOf: (runId: string) => Promise<RunArtifact[]>;
  /** Why a run waits, and undefined for one that does not; shared likewise. */
  readonly waitingOf: (runId: string) => Promise<Waiting | undefined>;
  /** Numbers, tags and latest attacks of a run, by its number or id; shared likewise. */
  readonly valuesOf: (number: number) => Promise<RunValue[]>;
  readonly tagsOf: (number: number) => Promise<string[]>;
  /** The study with that id, and its runs by status; shared likewise. */
  readonly studyOf: (studyId: string) => Promise<StudyRow | undefined>;
  readonly countsOf: (studyId: string) => Promise<StatusCounts>;
  readonly evaluationsOf: (runId: string) => Promise<EvaluationRow[]>;
  readonly finalEvaluationOf: (runId: string) => Promise<FinalEvaluation | undefined>;
}

export function createContext({ store, caller, meters, log }: Pick<Context, 'store' | 'caller' | 'meters' | 'log'>, signal: AbortSignal): Context {
  return {
    store,
    caller,
    meters,
    log,
    signal,
    artifactsOf: batched((ids: readonly string[]) => store.artifactsOfRuns(ids)),
    waitingOf: batched<string, Waiting | undefined>((ids) => store.whyWaiting(ids)),
    valuesOf: batched((numbers: readonly number[]) => store.valuesOfRuns(numbers)),
    tagsOf: batched((numbers: readonly number[]) => store.tagsOfRuns(numbers)),
    studyOf: batched<string, StudyRow | undefined>((ids) => store.findStudies(ids)),
    countsOf: batched((ids: readonly string[]) => store.countsOfStudies(ids)),
    evaluationsOf: batched((ids: readonly string[]) => store.evaluationsOfRuns(ids)),
    finalEvaluationOf: batched<string, FinalEvaluation | undefined>((ids) => store.finalEvaluationsOfRuns(ids)),
  };
}

/** Turns single look-ups of one tick into one query. */
function batched<Key, T>(load: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, T>>): (key: Key) => Promise<T> {
  let waiting: { readonly keys: Set<Key>; readonly result: Promise<ReadonlyMap<Key, T>> } | undefined;
  return async (key) => {
    if (waiting === undefined) {
      const keys = new Set<Key>();
      const result = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        waiting = undefined;
        return load([...keys]);
      });
      waiting = { keys, result };
    }
    waiting.keys.add(key);
    return (await waiting.result).get(key)!;
  };
}
