import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { workers } from '../tables.ts';
import { notify, topics } from '../wakes.ts';

/**
 * A worker says good-bye: nobody counts on it from now on. What it offered stays known, so that runs can be asked for until
 * it comes back. One that is unknown, or left already, is fine.
 */
export async function leaveLab({ database, signs }: Session, workerId: string): Promise<void> {
  await database.transaction(async (tx) => {
    const left = await tx.update(workers).set({ leftAt: sql`now()` }).where(and(eq(workers.id, workerId), isNull(workers.leftAt))).returning({ id: workers.id });
    if (left.length > 0) await notify(tx, topics.workers);
  });
  signs.delete(workerId);
}
