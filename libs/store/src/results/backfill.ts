import { and, asc, desc, eq, inArray, lt, min } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { runEvents, runs, runValues, type RunRow } from '../tables.ts';
import { deriveFromEvents, deriveFromSpec } from './derive.ts';

const pageSize = 50;

/** Events from which something is derived. */
const telling = ['started', 'epoch', 'evaluated', 'requeued', 'finished'] as const;

/**
 * Writes down what lists and charts ask for of runs that a version recorded which did not yet. It goes from the newest to
 * the oldest, so the first number that is written down says where it stopped, should it be ended in between.
 */
export async function backfill(session: Session): Promise<void> {
  for (;;) {
    const [first] = await session.database.select({ number: min(runValues.number) }).from(runValues);
    const older = first?.number == null ? undefined : lt(runs.number, first.number);
    const rows = await session.database.select({ id: runs.id }).from(runs).where(older).orderBy(desc(runs.number)).limit(pageSize);
    for (const { id } of rows) await backfillRun(session, id);
    if (rows.length < pageSize) return;
  }
}

/** Under the run's lock: another server that opens the same database may be at it, too. */
async function backfillRun({ database }: Session, id: string): Promise<void> {
  await database.transaction(async (tx) => {
    const [run] = await tx.select().from(runs).where(eq(runs.id, id)).for('update');
    if (run === undefined) return;
    const [known] = await tx.select().from(runValues).where(eq(runValues.number, run.number)).limit(1);
    if (known !== undefined) return;
    await deriveFromSpec(tx, run);
    const events = await tx.select().from(runEvents).where(and(eq(runEvents.runId, id), inArray(runEvents.type, [...telling]))).orderBy(asc(runEvents.seq));
    const before: RunRow = { ...run, startedAt: null };
    await deriveFromEvents(tx, before, events);
  });
}
