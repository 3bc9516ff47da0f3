import type { Store } from '@entropic-lab/store';
import type { Logger } from 'pino';
import { inRounds } from './rounds.ts';

export interface LeaseWatchOptions {
  readonly leaseSeconds: number;
  /** Silence after which a worker without a run is forgotten. */
  readonly forgetSeconds: number;
  readonly log: Logger;
}

/** Looks for leases that ran out, five times within the length of one, until disposed of. */
export function watchLeases(store: Store, { leaseSeconds, ...options }: LeaseWatchOptions): AsyncDisposable {
  return inRounds(() => look(store, options), leaseSeconds * 200);
}

async function look(store: Store, { forgetSeconds, log }: Omit<LeaseWatchOptions, 'leaseSeconds'>): Promise<void> {
  try {
    for (const { id, status, attempt } of await store.expireLeases()) log.warn({ run: id, status, attempt }, 'lease ran out');
    for (const id of await store.forgetWorkers(forgetSeconds)) log.info({ worker: id }, 'worker forgotten');
  } catch (err) {
    log.error({ err }, 'could not look for leases that ran out; trying again');
  }
}
