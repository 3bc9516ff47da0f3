import { LabError } from '@entropic-lab/protocol';
import { eq } from 'drizzle-orm';
import { appendOwn } from '../events/append-own.ts';
import type { Session } from '../session.ts';
import { runs, type RunRow } from '../tables.ts';
import { notify, topics } from '../wakes.ts';
import { lockRun } from './run.ts';

/**
 * Another attempt of a run that failed or was cancelled, with as many tries as a new one: it goes on from its last
 * checkpoint, and so do its events. A run that waits for its next try need not wait any longer; one that waits or runs
 * already stays as it is, so asking twice is fine.
 * @throws LabError RUN_ENDED for a run that succeeded, UNKNOWN_RUN.
 */
export async function retryRun({ database }: Session, runId: string): Promise<RunRow> {
  return database.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run.status === 'running') return run;
    if (run.status === 'succeeded') throw succeeded(run);
    const [ready] = await tx.update(runs).set({ attemptsBefore: run.attempt, cancelRequested: false, notBefore: null }).where(eq(runs.id, runId)).returning();
    await notify(tx, topics.queue);
    return run.status === 'queued' ? ready! : appendOwn(tx, ready!, { type: 'requeued', reason: reasonOf(run) });
  });
}

function reasonOf({ status, error }: RunRow) {
  const asked = `[lab] somebody asked for another attempt of a run that ${status === 'failed' ? 'failed' : 'was cancelled'}`;
  return { code: error?.code ?? ('CANCELLED' as const), message: error === null ? `${asked}.` : `${asked}: ${error.message}` };
}

function succeeded(run: RunRow): LabError {
  return new LabError('RUN_ENDED', `[store] expected a run that failed or was cancelled, got ${run.id}, which succeeded. Start a new run with its spec.`, { path: 'runId' });
}
