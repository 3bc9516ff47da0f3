import { and, arrayContained, asc, eq } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs, type RunRow } from '../tables.ts';

/**
 * The oldest waiting run that needs nothing but what is offered, locked; runs that somebody else is just claiming are
 * passed over. All that knows the order of the queue is here.
 */
export async function nextInQueue(tx: Database, offers: readonly string[]): Promise<RunRow | undefined> {
  const [run] = await tx
    .select()
    .from(runs)
    .where(and(eq(runs.status, 'queued'), arrayContained(runs.needs, [...offers])))
    .orderBy(asc(runs.number))
    .limit(1)
    .for('update', { skipLocked: true });
  return run;
}
