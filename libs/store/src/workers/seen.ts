import { LabError } from '@entropic-lab/protocol';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { workers } from '../tables.ts';

/**
 * Notes a sign of life and locks the worker until the transaction ends.
 * @throws LabError UNKNOWN_WORKER.
 */
export async function seenWorker(tx: Database, workerId: string): Promise<typeof workers.$inferSelect> {
  const [worker] = await tx.update(workers).set({ lastSeenAt: sql`now()` }).where(eq(workers.id, workerId)).returning();
  if (worker === undefined) {
    throw new LabError('UNKNOWN_WORKER', `[store] expected the id of a registered worker, got ${JSON.stringify(workerId)}. Register first.`, { path: 'workerId' });
  }
  return worker;
}

/** Notes a sign of life of a worker that holds a run; to the nearest five seconds, because this happens at every report. */
export async function touchWorker(tx: Database, workerId: string): Promise<void> {
  const stale = lt(workers.lastSeenAt, sql`now() - interval '5 seconds'`);
  await tx.update(workers).set({ lastSeenAt: sql`now()` }).where(and(eq(workers.id, workerId), stale));
}
