import { LabError } from '@entropic-lab/protocol';
import { eq } from 'drizzle-orm';
import { appendOwn } from '../events/append-own.ts';
import type { Session } from '../session.ts';
import { runs, type RunRow } from '../tables.ts';
import { notify, topics } from '../wakes.ts';
import { isFinal, lockRun } from './run.ts';

/**
 * A run that nobody computes is cancelled at once, with its `finished` event; the worker of any other is told and ends
 * it. Asking twice is fine, and so is asking for a run that is cancelled.
 * @throws LabError RUN_ENDED for a run that succeeded or failed, UNKNOWN_RUN.
 */
export async function requestCancel({ database }: Session, runId: string): Promise<RunRow> {
  return database.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run.status === 'cancelled') return run;
    if (isFinal(run.status)) throw ended(run);
    const [flagged] = await tx.update(runs).set({ cancelRequested: true }).where(eq(runs.id, runId)).returning();
    if (run.status === 'queued') return appendOwn(tx, flagged!, { type: 'finished', status: 'cancelled' });
    await notify(tx, topics.lease(runId));
    return flagged!;
  });
}

function ended(run: RunRow): LabError {
  return new LabError('RUN_ENDED', `[store] expected a run that has not ended, got ${run.id}, which ${run.status}. There is nothing to cancel.`, { path: 'runId' });
}
