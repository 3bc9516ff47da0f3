import { finalStatuses, LabError, type RunStatus } from '@entropic-lab/protocol';
import { eq, inArray } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs, type RunRow } from '../tables.ts';

export type { RunRow } from '../tables.ts';

export function isFinal(status: RunStatus): boolean {
  return finalStatuses.includes(status);
}

/** The run, or undefined. */
export async function findRun(database: Database, runId: string): Promise<RunRow | undefined> {
  const [run] = await database.select().from(runs).where(eq(runs.id, runId));
  return run;
}

export async function findRuns(database: Database, runIds: readonly string[]): Promise<Map<string, RunRow>> {
  const rows = runIds.length === 0 ? [] : await database.select().from(runs).where(inArray(runs.id, [...runIds]));
  return new Map(rows.map((run) => [run.id, run]));
}

/**
 * The run, locked until the transaction ends: whoever writes about a run does it one after another.
 * @throws LabError UNKNOWN_RUN.
 */
export async function lockRun(tx: Database, runId: string): Promise<RunRow> {
  const [run] = await tx.select().from(runs).where(eq(runs.id, runId)).for('update');
  if (run === undefined) throw unknownRun(runId);
  return run;
}

export function unknownRun(runId: string): LabError {
  return new LabError('UNKNOWN_RUN', `[store] expected the id of a run, got ${JSON.stringify(runId)}. List the runs to see their ids.`, { path: 'runId' });
}
