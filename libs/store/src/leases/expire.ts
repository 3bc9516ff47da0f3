import { and, asc, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { appendOwn } from '../events/append-own.ts';
import type { Session } from '../session.ts';
import { runs, type RunRow } from '../tables.ts';
import { notify, topics } from '../wakes.ts';
import { fateOfSilence, type RetryRules } from './fate.ts';

/** Takes runs from workers that were silent for longer than their lease. Each run is a transaction of its own. @returns The runs as they are now. */
export async function expireLeases(session: Session): Promise<RunRow[]> {
  const taken: RunRow[] = [];
  for (;;) {
    const run = await session.database.transaction((tx) => expireOne(tx, session));
    if (run === undefined) return taken;
    taken.push(run);
  }
}

/** Skips locked rows: their worker is just writing, so it lives, or another server is expiring them. */
async function expireOne(tx: Database, rules: RetryRules): Promise<RunRow | undefined> {
  const expired = and(eq(runs.status, 'running'), lt(runs.leaseExpiresAt, sql`now()`));
  const [run] = await tx.select().from(runs).where(expired).orderBy(asc(runs.leaseExpiresAt)).limit(1).for('update', { skipLocked: true });
  if (run === undefined) return undefined;
  const changed = await appendOwn(tx, run, fateOfSilence(run, rules));
  // The worker has a slot free again, whatever becomes of the run.
  await notify(tx, topics.queue);
  await notify(tx, topics.workers);
  return changed;
}
