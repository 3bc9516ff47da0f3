import { and, arrayContained, asc, desc, eq, inArray, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs, type RunRow } from '../tables.ts';
import { studyHasRoom, takeRoom } from './study-room.ts';

/** A worker, as the queue sees it. */
export interface Taker {
  readonly pools: readonly string[];
  readonly offers: readonly string[];
}

/** The line of each pool: higher priority first, then first come. */
export const lineOrder: readonly SQL[] = [desc(runs.priority), asc(runs.number)];

/** Runs that wait and may begin. */
export const due = and(eq(runs.status, 'queued'), or(isNull(runs.notBefore), lte(runs.notBefore, sql`now()`)))!;

/**
 * The first run in line that needs nothing but what the worker offers, locked; runs that somebody else is just claiming
 * are passed over. A run whose time has not come, that no worker here can do, or whose study has as many under way as it
 * may, holds up nobody behind it.
 */
export async function nextInQueue(tx: Database, taker: Taker): Promise<RunRow | undefined> {
  const full: string[] = [];
  for (;;) {
    const [run] = await tx.select().from(runs).where(and(due, suits(taker), studyHasRoom(full))).orderBy(...lineOrder).limit(1).for('update', { skipLocked: true });
    if (run?.studyId == null || (await takeRoom(tx, run.studyId))) return run;
    full.push(run.studyId);
  }
}

/** Seconds until the time of the next run comes that the worker could take; undefined where none waits for its time. */
export async function secondsToNext(tx: Database, taker: Taker): Promise<number | undefined> {
  const seconds = sql<number | null>`extract(epoch from min(${runs.notBefore}) - now())`.mapWith(Number);
  const [row] = await tx.select({ seconds }).from(runs).where(and(eq(runs.status, 'queued'), sql`${runs.notBefore} > now()`, suits(taker)));
  return row?.seconds ?? undefined;
}

function suits({ pools, offers }: Taker): SQL {
  return and(inArray(runs.pool, [...pools]), arrayContained(runs.needs, [...offers]))!;
}
