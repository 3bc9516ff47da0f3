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

/** When this process last noted a sign of life of each worker, in ms; what it does not know it notes. */
export type SignsOfLife = Map<string, number>;

const nearestMs = 5_000;

/**
 * Notes a sign of life of a worker that holds a run; to the nearest five seconds, because this happens at every report.
 * One whose transaction fails is not noted: the next sign, within a lease, is.
 */
export async function touchWorker(tx: Database, signs: SignsOfLife, workerId: string): Promise<void> {
  const now = performance.now();
  if (now - (signs.get(workerId) ?? Number.NEGATIVE_INFINITY) < nearestMs) return;
  const noted = await tx.update(workers).set({ lastSeenAt: sql`now()` }).where(eq(workers.id, workerId)).returning({ id: workers.id });
  if (noted.length > 0) signs.set(workerId, now);
  else signs.delete(workerId);
}
