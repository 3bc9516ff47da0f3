import { LabError, type Catalogue } from '@entropic-lab/protocol';
import { and, count, desc, eq, lt, notExists, sql } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { catalogues, runs, workers } from '../tables.ts';
import { notify, topics } from '../wakes.ts';

export interface WorkerRow extends Omit<typeof workers.$inferSelect, 'offers'> {
  /** Runs that it holds. */
  readonly running: number;
}

/** Last seen first. */
export async function listWorkers({ database }: Session): Promise<WorkerRow[]> {
  const held = database.select({ workerId: runs.workerId, running: count().as('running') }).from(runs).where(eq(runs.status, 'running')).groupBy(runs.workerId).as('held');
  const rows = await database.select().from(workers).leftJoin(held, eq(held.workerId, workers.id)).orderBy(desc(workers.lastSeenAt), workers.id);
  return rows.map(({ workers: { offers: _, ...worker }, held: holds }) => ({ ...worker, running: holds?.running ?? 0 }));
}

/** The distinct catalogues of the registered workers; that of the worker seen last comes first. */
export async function listCatalogues({ database }: Session): Promise<Catalogue[]> {
  const seen = database.select({ hash: workers.catalogueHash, at: sql<Date>`max(${workers.lastSeenAt})`.as('at') }).from(workers).groupBy(workers.catalogueHash).as('seen');
  const rows = await database.select({ catalogue: catalogues.catalogue }).from(seen).innerJoin(catalogues, eq(catalogues.hash, seen.hash)).orderBy(desc(seen.at), seen.hash);
  return rows.map(({ catalogue }) => catalogue);
}

/** Drops workers that were silent for so long and hold no run: what they offered is offered no more. @returns Their ids. */
export async function forgetWorkers({ database }: Session, silentSeconds: number): Promise<string[]> {
  if (!(silentSeconds > 0)) throw new LabError('INVALID_INPUT', `[store] expected silentSeconds > 0, got ${silentSeconds}.`, { path: 'silentSeconds' });
  const silent = lt(workers.lastSeenAt, sql`now() - make_interval(secs => ${silentSeconds})`);
  const holds = database.select({ id: runs.id }).from(runs).where(and(eq(runs.workerId, workers.id), eq(runs.status, 'running')));
  return database.transaction(async (tx) => {
    const gone = await tx.delete(workers).where(and(silent, notExists(holds))).returning({ id: workers.id });
    if (gone.length > 0) await notify(tx, topics.workers);
    return gone.map(({ id }) => id);
  });
}
