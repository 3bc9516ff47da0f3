import { LabError } from '@entropic-lab/protocol';
import { and, inArray, sql } from 'drizzle-orm';
import { setTimeout as sleep } from 'node:timers/promises';
import { interruptible } from '../interruptible.ts';
import type { Session } from '../session.ts';
import { deletedRuns, runs, type RunRow } from '../tables.ts';
import { topics } from '../wakes.ts';
import { currentPlace, keysBehind, oldestRunning, type Place } from './change-scan.ts';
import { conditions, standing, type RunFilter } from '../query/filter.ts';

/** A run as it is now, after something changed. */
export interface RunChange {
  readonly runId: string;
  /** Undefined: it was deleted, whatever the filter. */
  readonly run: RunRow | undefined;
  /** Whether it passes the filter. One that no longer does is told too, so that a list can drop it. */
  readonly matches: boolean;
  /** Give it as `after` to go on from here: some changes may come again, none is missed. */
  readonly cursor: string;
}

export interface FollowRunsOptions {
  /** What a run passes for good or never (its spec, study and creation) says which are told of; all of it, what `matches`. Deleted runs are told to everybody. */
  readonly filter?: RunFilter | undefined;
  /** Cursor of an earlier change. Default: changes from now on. */
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A cursor for {@link FollowRunsOptions.after}, to be asked before a list is read: whatever changes behind the list is told
 * from there on.
 */
export function changesCursor({ database }: Session): Promise<string> {
  return oldestRunning(database);
}

/** Changes within so long are told as one: a list need not be drawn more often. */
const breathMs = 100;

/**
 * Each change of a run that the filter lets through, as rows: of several in a row a reader may see the last alone, but it
 * sees the last. A slow reader costs no memory, for it reads rows at its own pace.
 * The generator throws LabError INVALID_INPUT for a cursor that is none.
 */
export function followRuns(session: Session, options: FollowRunsOptions = {}): AsyncGenerator<RunChange, void, void> {
  return interruptible((left) => follow(session, options, left), options.signal);
}

async function* follow(session: Session, { filter = {}, after }: FollowRunsOptions, left: AbortSignal): AsyncGenerator<RunChange, void, void> {
  const { wakes, busy } = session;
  const waiter = wakes.waitFor(topics.runs);
  try {
    const place: Place = await busy.run(() => currentPlace(session.database, readCursor(after)));
    for (;;) {
      const seen = waiter.version();
      for (let more = true; more && !waiter.over(left); ) {
        const { ids, ended } = await busy.run(() => keysBehind(session.database, place));
        const rows = ids.length === 0 ? [] : await busy.run(() => readRuns(session, filter, ids));
        for (const change of rows) {
          if (waiter.over(left)) return;
          yield { ...change, cursor: place.from };
        }
        more = !ended;
      }
      await waiter.after(seen, left);
      if (waiter.over(left)) return;
      await sleep(breathMs, undefined, { signal: left }).catch(() => undefined);
    }
  } finally {
    waiter[Symbol.dispose]();
  }
}

async function readRuns({ database }: Session, filter: RunFilter, ids: readonly string[]): Promise<Omit<RunChange, 'cursor'>[]> {
  const matches = sql<boolean>`(${and(...conditions(filter)) ?? sql`true`})`;
  const rows = await database.select({ runId: runs.id, run: runs, matches }).from(runs).where(and(inArray(runs.id, [...ids]), ...conditions(standing(filter))));
  const deleted = await database.select({ runId: deletedRuns.id }).from(deletedRuns).where(inArray(deletedRuns.id, [...ids]));
  const changes = [...rows, ...deleted.map(({ runId }) => ({ runId, run: undefined, matches: false }))];
  return changes.sort((a, b) => ids.indexOf(a.runId) - ids.indexOf(b.runId));
}

function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined || /^\d{1,19}$/.test(cursor)) return cursor;
  throw new LabError('INVALID_INPUT', `[store] expected a cursor of an earlier change, got ${JSON.stringify(cursor.slice(0, 60))} (after).`, { path: 'after' });
}
