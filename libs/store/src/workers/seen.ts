import { LabError } from '@entropic-lab/protocol';
import { eq, sql } from 'drizzle-orm';
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
