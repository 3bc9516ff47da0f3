import { LabError } from '@entropic-lab/protocol';
import { asc, inArray } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { runArtifacts, runEvents, runs } from '../tables.ts';
import { isFinal, unknownRun } from './run.ts';

/**
 * Forgets runs with all that is recorded of them, for good; all or none. Bytes that no other run names are left to whoever
 * sweeps the artifacts. Runs that began from their weights keep what they made of them.
 * @throws LabError UNKNOWN_RUN, RUN_NOT_ENDED for one that waits or is computed: cancel it first.
 */
export async function deleteRuns({ database }: Session, runIds: readonly string[]): Promise<void> {
  const ids = [...new Set(runIds)];
  await database.transaction(async (tx) => {
    const found = await tx.select().from(runs).where(inArray(runs.id, ids)).orderBy(asc(runs.id)).for('update');
    const missing = ids.find((id) => !found.some((run) => run.id === id));
    if (missing !== undefined) throw unknownRun(missing);
    const alive = found.find(({ status }) => !isFinal(status));
    if (alive !== undefined) {
      throw new LabError('RUN_NOT_ENDED', `[store] expected runs that have ended, got ${alive.id}, which is ${alive.status}. Cancel it first.`, { path: `runIds.${runIds.indexOf(alive.id)}` });
    }
    await tx.delete(runArtifacts).where(inArray(runArtifacts.runId, ids));
    await tx.delete(runEvents).where(inArray(runEvents.runId, ids));
    await tx.delete(runs).where(inArray(runs.id, ids));
  });
}
