import type { ErrorCode, RunEvent, RunEventBody } from '@entropic-lab/protocol';
import type { Claim, Report, Store } from '../../index.ts';
import { exampleSpec, exampleWorker } from '../examples.ts';

/** A run that a worker of its own holds, whatever else waits in the queue. */
export async function heldRun(store: Store, attempt = 1): Promise<Claim> {
  const only = `only-${Math.random().toString(36).slice(2)}`;
  const worker = workerFor(only);
  await store.registerWorker(worker);
  await store.createRun(exampleSpec({ dataset: { name: only } }));
  for (;;) {
    const claim = (await store.claim(worker.id))!;
    if (claim.lease.attempt === attempt) return claim;
    await runOut(store, claim);
  }
}

/** A worker that also offers a data set which no other worker has. */
export function workerFor(dataset: string, changes: Parameters<typeof exampleWorker>[0] = {}) {
  const worker = exampleWorker(changes);
  const own = { ...worker.catalogue.datasets[0]!, name: dataset };
  return { ...worker, catalogue: { ...worker.catalogue, datasets: [own] } };
}

/** Waits until the lease of the run was found to have run out; the suites' stores have short leases. */
export async function runOut(store: Store, { run }: Claim): Promise<void> {
  while (!(await store.expireLeases()).some(({ id }) => id === run.id)) await new Promise((resolve) => setTimeout(resolve, 10));
}

export const time = '2026-01-02T03:04:05.678Z';

export function log(seq: number, message = `event ${seq}`): Report['events'][number] {
  return { seq, time, body: { type: 'log', level: 'info', message } };
}

export function finished(seq: number, status: 'succeeded' | 'cancelled' = 'succeeded') {
  return { seq, time, body: { type: 'finished', status } as Extract<RunEventBody, { type: 'finished' }> };
}

export function failed(seq: number, code: ErrorCode) {
  return { seq, time, body: { type: 'finished', status: 'failed', error: { code, message: 'as it was' } } as Extract<RunEventBody, { type: 'finished' }> };
}

export async function history(store: Store, runId: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of store.tail(runId)) events.push(event);
  return events;
}
