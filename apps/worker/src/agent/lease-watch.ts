import type { Client } from '@entropic-lab/client';
import { LabError, type LeaseState } from '@entropic-lab/protocol';
import type { Logger } from 'pino';
import type { Claim } from './claim.ts';

export interface LeaseListeners {
  readonly onCancel: () => void;
  readonly onLost: (error: LabError) => void;
}

/** A long lease is renewed more often than it must be: renewal also tells of a cancel where the subscription cannot. */
const longestRenewalMs = 10_000;

/**
 * Keeps a lease alive by a sign of life every third of its length, and hears of a cancel at once through a
 * subscription. A lab that cannot be reached changes nothing: the run goes on until the lab says that the lease is
 * gone.
 */
export function watchLease(
  { lease }: Pick<Claim, 'lease'>,
  { client, log }: { client: Client; log: Logger },
  listeners: LeaseListeners,
): Disposable {
  const over = new AbortController();
  const note = (state: LeaseState): void => {
    if (over.signal.aborted || state === 'held') return;
    if (state === 'cancelRequested') return listeners.onCancel();
    listeners.onLost(new LabError('LEASE_LOST', `[worker] expected to hold the lease of attempt ${lease.attempt} of run ${lease.runId}, another attempt has it or it expired`));
  };
  const renew = async (): Promise<void> => {
    try {
      note(await client.worker.renew(lease));
    } catch (error) {
      if (!over.signal.aborted) log.warn({ runId: lease.runId }, `lease not renewed: ${LabError.from(error).message}`);
    }
  };
  const timer = setInterval(() => void renew(), Math.min((lease.leaseSeconds * 1000) / 3, longestRenewalMs));
  void (async () => {
    try {
      for await (const state of client.worker.leaseStates(lease, { signal: over.signal })) note(state);
    } catch (error) {
      if (!over.signal.aborted) log.warn({ runId: lease.runId }, `lease is followed by renewal alone: ${LabError.from(error).message}`);
    }
  })();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      over.abort();
    },
  };
}
