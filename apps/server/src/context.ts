import type { RunArtifact, Store, Waiting } from '@entropic-lab/store';
import type { Logger } from 'pino';

/** What every resolver works with; one per operation. */
export interface Context {
  readonly store: Store;
  readonly log: Logger;
  /** Aborted when the client has gone or the server is closing. */
  readonly signal: AbortSignal;
  /** Artifacts of a run; the runs of one operation share one query. */
  readonly artifactsOf: (runId: string) => Promise<RunArtifact[]>;
  /** Why a run waits, and undefined for one that does not; shared likewise. */
  readonly waitingOf: (runId: string) => Promise<Waiting | undefined>;
}

export function createContext({ store, log }: Pick<Context, 'store' | 'log'>, signal: AbortSignal): Context {
  return { store, log, signal, artifactsOf: batched<RunArtifact[]>((ids) => store.artifactsOfRuns(ids)), waitingOf: batched<Waiting | undefined>((ids) => store.whyWaiting(ids)) };
}

/** Turns single look-ups of one tick into one query. */
function batched<T>(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>): (key: string) => Promise<T> {
  let waiting: { readonly keys: Set<string>; readonly result: Promise<ReadonlyMap<string, T>> } | undefined;
  return async (key) => {
    if (waiting === undefined) {
      const keys = new Set<string>();
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
