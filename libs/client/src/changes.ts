import type { Client as Connection } from 'graphql-ws';
import type { Ask } from './ask.ts';
import { keepUp } from './live/keep-up.ts';
import { stream } from './live/stream.ts';
import { WorkersChanged, type Worker } from './operations/catalogue.ts';
import { readRun, type Run } from './operations/run-fields.ts';
import { ChangesCursor, RunsChanged, type RunFilter } from './operations/runs.ts';

/** A run as it is now, after something changed. */
export interface RunChange {
  readonly runId: string;
  /** Undefined: it was deleted, whatever the filter. */
  readonly run: Run | undefined;
  /** Whether it passes the filter; one whose status no longer does, or that was put away or deleted, is told too. */
  readonly matches: boolean;
  /** Give it as `after` to go on from here: some changes may come again, none is missed. */
  readonly cursor: string;
}

export interface ChangesOptions {
  /** Ends the iteration quietly. */
  readonly signal?: AbortSignal;
  /** How long a lab that was there may stay away. Default 300. */
  readonly patienceSeconds?: number;
}

/** What changes in a lab, as it changes. Broken connections are opened again, and nothing that changed meanwhile is missed. */
export interface Changes {
  /** Of now. Asked before a list is read and given as `after`, it lets nothing that changes in between be missed. */
  cursor(options?: Pick<ChangesOptions, 'signal'>): Promise<string>;
  /** Runs that change after the cursor, or from now on; of several changes in quick succession perhaps the last alone. */
  runs(options?: ChangesOptions & { readonly filter?: RunFilter; readonly after?: string }): AsyncGenerator<RunChange, void, void>;
  /** All workers now, and again at each change. */
  workers(options?: ChangesOptions): AsyncGenerator<Worker[], void, void>;
}

/** These streams end when the reader leaves, never by themselves. */
const endless = { isLast: () => false, isOver: () => Promise.resolve(false) };

export function changesOf(ask: Ask, connection: Connection, url: string): Changes {
  return {
    cursor: async (options) => (await ask(ChangesCursor, {}, options)).runs.changesCursor,
    async *runs({ filter, after: from, ...options } = {}) {
      let after = from ?? null;
      const open = () => stream(connection, { document: RunsChanged, variables: { filter: filter ?? null, after } }, { url, ...options });
      for await (const { runsChanged } of keepUp({ ...options, ...endless, open })) {
        after = runsChanged.cursor;
        const { run, ...change } = runsChanged;
        yield { ...change, run: run === null ? undefined : readRun(run) };
      }
    },
    async *workers(options = {}) {
      const open = () => stream(connection, { document: WorkersChanged, variables: {} }, { url, ...options });
      for await (const { workersChanged } of keepUp({ ...options, ...endless, open })) yield workersChanged;
    },
  };
}
