import type { RunEventBody } from '@entropic-lab/protocol';
import { eq, sql } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs, type RunRow } from '../tables.ts';
import { notify, topics } from '../wakes.ts';
import { deriveFromEvents } from '../results/derive.ts';
import { changesBy } from './changes.ts';
import { record } from './record.ts';

/**
 * Records an event that the store makes itself, while no worker numbers the events of the run. The caller holds the
 * lock on the run and has made sure of that.
 */
export async function appendOwn(tx: Database, run: RunRow, body: RunEventBody): Promise<RunRow> {
  const event = { runId: run.id, seq: run.lastSeq + 1, attempt: run.attempt, time: await databaseTime(tx), body };
  await record(tx, [event]);
  await deriveFromEvents(tx, run, [event]);
  const changes = { ...changesBy(run, [event]), lastSeq: event.seq };
  const [changed] = await tx.update(runs).set(changes).where(eq(runs.id, run.id)).returning();
  await notify(tx, topics.lease(run.id));
  return changed!;
}

/** One clock for all servers on a database. */
async function databaseTime(tx: Database): Promise<Date> {
  const [row] = await tx.select({ now: sql<string>`to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')` }).from(sql`(select 1) as one`);
  return new Date(row!.now);
}
