import type { Lease } from '@entropic-lab/protocol';
import { and, count, eq } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { eitherSignal } from '../either-signal.ts';
import type { Session } from '../session.ts';
import { runs, type RunRow } from '../tables.ts';
import { notify, topics } from '../wakes.ts';
import { seenWorker } from '../workers/seen.ts';
import { fromNow } from './from-now.ts';
import { nextInQueue, secondsToNext } from './queue.ts';

/** A run that is now its worker's to compute. */
export interface Claim {
  readonly run: RunRow;
  readonly lease: Lease;
  /** Number of the first event that the worker reports. */
  readonly nextSeq: number;
}

/** Nothing to claim now; the time of a run that waits for it comes in so many seconds. */
interface Nothing {
  readonly againInSeconds: number | undefined;
}

/**
 * Gives the worker the first run in line that it can compute, waiting up to `waitSeconds` for one to come. Undefined at
 * the end of that time or when aborted. Two claims never get the same run.
 * @throws LabError UNKNOWN_WORKER.
 */
export async function claim(session: Session, workerId: string, { waitSeconds = 0, signal }: ClaimOptions = {}): Promise<Claim | undefined> {
  const timeUp = AbortSignal.timeout(waitSeconds * 1000);
  const enough = signal === undefined ? timeUp : eitherSignal(timeUp, signal);
  const waiter = session.wakes.waitFor(topics.queue);
  try {
    for (let first = true; first || !waiter.over(enough); first = false) {
      if (waiter.over(signal)) return undefined;
      const seen = waiter.version();
      const got = await claimNow(session, workerId);
      if ('run' in got) return got;
      await waiter.after(seen, until(got, enough));
    }
    return undefined;
  } finally {
    waiter[Symbol.dispose]();
  }
}

/** Claims of one worker wait for one another, so that its slots are counted right. */
async function claimNow(session: Session, workerId: string): Promise<Claim | Nothing> {
  return session.database.transaction(async (tx) => {
    const worker = await seenWorker(tx, workerId);
    if ((await runsHeldBy(tx, workerId)) >= worker.slots) return { againInSeconds: undefined };
    const next = await nextInQueue(tx, worker);
    if (next === undefined) return { againInSeconds: await secondsToNext(tx, worker) };
    return grant(tx, next, { workerId, leaseSeconds: session.leaseSeconds });
  });
}

function until({ againInSeconds }: Nothing, enough: AbortSignal): AbortSignal {
  if (againInSeconds === undefined) return enough;
  // A moment later than told: what the database rounds down must have come.
  return eitherSignal(enough, AbortSignal.timeout(Math.ceil(againInSeconds * 1000) + 1));
}

export interface ClaimOptions {
  /** Default 0: answer at once. */
  readonly waitSeconds?: number;
  readonly signal?: AbortSignal;
}

async function runsHeldBy(tx: Database, workerId: string): Promise<number> {
  const [row] = await tx.select({ held: count() }).from(runs).where(and(eq(runs.workerId, workerId), eq(runs.status, 'running')));
  return row!.held;
}

async function grant(tx: Database, next: RunRow, { workerId, leaseSeconds }: { workerId: string; leaseSeconds: number }): Promise<Claim> {
  const changes = { status: 'running' as const, attempt: next.attempt + 1, workerId, notBefore: null, leaseExpiresAt: fromNow(leaseSeconds) };
  const [run] = await tx.update(runs).set(changes).where(eq(runs.id, next.id)).returning();
  await notify(tx, topics.workers);
  const lease = { runId: run!.id, attempt: run!.attempt, expiresAt: run!.leaseExpiresAt!.toISOString(), leaseSeconds };
  return { run: run!, lease, nextSeq: run!.lastSeq + 1 };
}
