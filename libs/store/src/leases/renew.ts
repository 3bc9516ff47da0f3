import type { LeaseState } from '@entropic-lab/protocol';
import { and, eq } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { interruptible } from '../interruptible.ts';
import { findRun, unknownRun } from '../runs/run.ts';
import type { Session } from '../session.ts';
import { runs, type RunRow } from '../tables.ts';
import { topics } from '../wakes.ts';
import { touchWorker } from '../workers/seen.ts';
import { fromNow } from './from-now.ts';

/** A lease, by its fence. */
export interface LeaseKey {
  readonly runId: string;
  readonly attempt: number;
}

/**
 * Moves the end of the lease; one that has run out but was not taken yet lives on.
 * @throws LabError UNKNOWN_RUN.
 */
export async function renewLease({ database, leaseSeconds, signs }: Session, { runId, attempt }: LeaseKey): Promise<LeaseState> {
  const held = and(eq(runs.id, runId), eq(runs.attempt, attempt), eq(runs.status, 'running'));
  const [run] = await database.update(runs).set({ leaseExpiresAt: fromNow(leaseSeconds) }).where(held).returning();
  if (run === undefined) return leaseState(database, { runId, attempt });
  await touchWorker(database, signs, run.workerId!);
  return stateOf(run, attempt);
}

/** @throws LabError UNKNOWN_RUN. */
export async function leaseState(database: Database, { runId, attempt }: LeaseKey): Promise<LeaseState> {
  const run = await findRun(database, runId);
  if (run === undefined) throw unknownRun(runId);
  return stateOf(run, attempt);
}

function stateOf(run: RunRow, attempt: number): LeaseState {
  if (run.status !== 'running' || run.attempt !== attempt) return 'lost';
  return run.cancelRequested ? 'cancelRequested' : 'held';
}

/** The state now and each change of it, until it is lost; without renewing it. */
export function followLease(session: Session, key: LeaseKey, signal?: AbortSignal): AsyncGenerator<LeaseState, void, void> {
  return interruptible((left) => leaseStates(session, key, left), signal);
}

async function* leaseStates({ database, wakes, busy }: Session, key: LeaseKey, left: AbortSignal): AsyncGenerator<LeaseState, void, void> {
  const waiter = wakes.waitFor(topics.lease(key.runId));
  try {
    let told: LeaseState | undefined;
    while (!waiter.over(left)) {
      const seen = waiter.version();
      const state = await busy.run(() => leaseState(database, key));
      if (state !== told) yield state;
      if (state === 'lost') return;
      told = state;
      await waiter.after(seen, left);
    }
  } finally {
    waiter[Symbol.dispose]();
  }
}
