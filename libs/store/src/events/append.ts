import { LabError, type LeaseState, type RunEvent } from '@entropic-lab/protocol';
import { eq } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { fateOf } from '../leases/fate.ts';
import { fromNow } from '../leases/from-now.ts';
import { unknownRun } from '../runs/run.ts';
import type { Session } from '../session.ts';
import { runs, type RunRow } from '../tables.ts';
import { notify, topics } from '../wakes.ts';
import { touchWorker } from '../workers/seen.ts';
import { appendPlain } from './append-plain.ts';
import { refuseConflicts } from './conflicts.ts';
import { deriveFromEvents } from '../results/derive.ts';
import { record, type NewEvent } from './record.ts';
import { changesBy } from './changes.ts';

/** Events of one attempt, in order, as their worker numbered them. */
export interface Report {
  readonly runId: string;
  readonly attempt: number;
  readonly events: readonly Pick<RunEvent, 'seq' | 'time' | 'body'>[];
}

/** Where the run stands after a report. */
export interface Receipt {
  readonly lease: LeaseState;
  readonly lastSeq: number;
}

/**
 * Records events, renews the lease and brings the run's summary up to date, in one transaction. Idempotent: what is
 * recorded already, with the same content, is passed over.
 * @throws LabError LEASE_LOST for an older attempt or a run that is no longer its worker's, EVENT_CONFLICT for other
 *   content under a recorded number or a gap, UNKNOWN_RUN, UNKNOWN_ARTIFACT for an artifact whose bytes are not stored.
 */
export async function appendEvents(session: Session, report: Report): Promise<Receipt> {
  return (await appendPlain(session, report)) ?? appendJudged(session, report);
}

async function appendJudged(session: Session, report: Report): Promise<Receipt> {
  return session.database.transaction(async (tx) => {
    const run = await lockReported(tx, report.runId);
    if (report.attempt !== run.attempt) throw leaseLost(run, report.attempt);
    const judged = { ...report, events: report.events.map((event) => ({ ...event, body: fateOf(run, event.body, session) })) };
    if (run.status !== 'running') return confirm(tx, run, judged);
    return write(tx, run, await refuseConflicts(tx, run, judged), session);
  });
}

/** The columns of a run that a report is judged by: its spec may be long, and reports are many. */
const reported = {
  id: runs.id, number: runs.number, dataset: runs.dataset, loss: runs.loss, status: runs.status, attempt: runs.attempt, attemptsBefore: runs.attemptsBefore,
  workerId: runs.workerId, cancelRequested: runs.cancelRequested, lastSeq: runs.lastSeq, startedAt: runs.startedAt,
};
export type ReportedRun = Pick<RunRow, keyof typeof reported>;

async function lockReported(tx: Database, runId: string): Promise<ReportedRun> {
  const [run] = await tx.select(reported).from(runs).where(eq(runs.id, runId)).for('update');
  if (run === undefined) throw unknownRun(runId);
  return run;
}

/** A report that was recorded before the lease ended, and whose receipt got lost, is fine; anything else comes too late. */
async function confirm(tx: Database, run: ReportedRun, report: Report): Promise<Receipt> {
  const fresh = await refuseConflicts(tx, run, report).catch((thrown: unknown) => {
    throw thrown instanceof LabError && thrown.code === 'EVENT_CONFLICT' ? leaseLost(run, report.attempt) : thrown;
  });
  if (fresh.length > 0) throw leaseLost(run, report.attempt);
  return { lease: 'lost', lastSeq: run.lastSeq };
}

async function write(tx: Database, run: ReportedRun, fresh: readonly NewEvent[], { leaseSeconds, signs }: Session): Promise<Receipt> {
  await record(tx, fresh);
  await deriveFromEvents(tx, run, fresh);
  const lastSeq = fresh.at(-1)?.seq ?? run.lastSeq;
  const ended = endsAttempt(fresh.at(-1));
  const changes = { leaseExpiresAt: fromNow(leaseSeconds), ...changesBy(run, fresh), lastSeq };
  await tx.update(runs).set(changes).where(eq(runs.id, run.id));
  await touchWorker(tx, signs, run.workerId!);
  if (ended) {
    await notify(tx, topics.lease(run.id));
    // The worker has a slot free again, and may be waiting in another request.
    await notify(tx, topics.queue);
    await notify(tx, topics.workers);
  }
  return { lease: ended ? 'lost' : run.cancelRequested ? 'cancelRequested' : 'held', lastSeq };
}

function endsAttempt(event: NewEvent | undefined): boolean {
  return event !== undefined && (event.body.type === 'finished' || event.body.type === 'requeued');
}

function leaseLost(run: ReportedRun, attempt: number): LabError {
  const now = run.status === 'running' ? `attempt ${run.attempt}, which another worker holds or held` : `a run that is ${run.status}`;
  return new LabError('LEASE_LOST', `[store] expected a report by the holder of run ${run.id}, got one of attempt ${attempt} on ${now}. Stop computing it and claim again.`, {
    path: 'attempt',
  });
}
