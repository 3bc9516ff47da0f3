import { LabError, type RunEvent } from '@entropic-lab/protocol';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { findRun, isFinal, unknownRun } from '../runs/run.ts';
import { runEvents } from '../tables.ts';
import { eventOf } from './record.ts';

/** Limits of a page: what a reader holds in memory at most. A single event may be larger than `maxBytes`. */
export const pageLimits = { events: 200, maxBytes: 2 ** 21 } as const;

/** The events after a cursor, and whether there can be more. */
export interface EventPage {
  readonly events: readonly RunEvent[];
  /** Length of their bodies as JSON. */
  readonly bytes: number;
  /** Nothing was recorded behind them when they were read. */
  readonly whole: boolean;
  /** The run has ended and no event follows. */
  readonly ended: boolean;
}

/** Reads the page behind a cursor. @throws LabError UNKNOWN_RUN; INVALID_INPUT for a cursor that is not an integer from 0. */
export type ReadPage = (runId: string, after: number) => Promise<EventPage>;

export function pageReader(database: Database): ReadPage {
  const rows = boundedRows(database);
  return (runId, after) => readPage({ database, rows }, runId, after);
}

interface Source {
  readonly database: Database;
  readonly rows: ReturnType<typeof boundedRows>;
}

async function readPage({ database, rows: source }: Source, runId: string, after: number): Promise<EventPage> {
  if (!Number.isInteger(after) || after < 0) {
    throw new LabError('INVALID_INPUT', `[store] expected a cursor of 0 or the seq of an event, got ${after} (after).`, { path: 'after' });
  }
  const rows = await source.execute({ runId, after });
  const events = rows.map(eventOf);
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const page = { events, bytes, whole: events.length < pageLimits.events && bytes < pageLimits.maxBytes };
  const last = events.at(-1);
  if (last !== undefined && last.body.type !== 'finished') return { ...page, ended: false };
  // Behind a last event there may be more: somebody asked for another attempt.
  const run = await findRun(database, runId);
  if (run === undefined) throw unknownRun(runId);
  return { ...page, ended: isFinal(run.status) && (last?.seq ?? after) >= run.lastSeq };
}

/** Prepared, because it is asked for at every event of every run that somebody watches. */
function boundedRows(database: Database) {
  const [runId, after] = [sql.placeholder('runId'), sql.placeholder('after')];
  const { events, maxBytes } = pageLimits;
  const sizes = database
    .select({ seq: runEvents.seq, bytes: runEvents.bytes })
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), gt(runEvents.seq, after)))
    .orderBy(asc(runEvents.seq))
    .limit(events)
    .as('sizes');
  const before = sql<number>`sum(${sizes.bytes}) over (order by ${sizes.seq}) - ${sizes.bytes}`.as('before');
  const sums = database.select({ seq: sizes.seq, before }).from(sizes).as('sums');
  const columns = { runId: runEvents.runId, seq: runEvents.seq, attempt: runEvents.attempt, time: runEvents.time, body: runEvents.body, bytes: runEvents.bytes };
  return database
    .select(columns)
    .from(sums)
    .innerJoin(runEvents, and(eq(runEvents.runId, runId), eq(runEvents.seq, sums.seq)))
    .where(sql`${sums.before} < ${maxBytes}`)
    .orderBy(asc(runEvents.seq))
    .prepare('events_behind');
}
