import { interruptible } from '../interruptible.ts';
import type { Session } from '../session.ts';
import { topics } from '../wakes.ts';
import { listWorkers, type WorkerRow } from './list.ts';

/** All workers now, and again whenever one comes or goes or what one holds changes; signs of life alone are no change. */
export function followWorkers(session: Session, signal?: AbortSignal): AsyncGenerator<WorkerRow[], void, void> {
  return interruptible((left) => follow(session, left), signal);
}

async function* follow(session: Session, left: AbortSignal): AsyncGenerator<WorkerRow[], void, void> {
  const waiter = session.wakes.waitFor(topics.workers);
  try {
    let told: string | undefined;
    while (!waiter.over(left)) {
      const seen = waiter.version();
      const workers = await session.busy.run(() => listWorkers(session));
      const state = JSON.stringify(workers.map(({ lastSeenAt: _, ...worker }) => worker).sort((a, b) => (a.id < b.id ? -1 : 1)));
      if (state !== told) yield workers;
      told = state;
      await waiter.after(seen, left);
    }
  } finally {
    waiter[Symbol.dispose]();
  }
}
