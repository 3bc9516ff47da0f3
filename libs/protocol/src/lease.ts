/** What the server tells a worker each time it hears from it about a run. */
export type LeaseState = 'held' | 'cancelRequested' | 'lost';

/** The right to compute a run until `expiresAt`, renewed by every sign of life. `attempt` is the fence. */
export interface Lease {
  readonly runId: string;
  /** From 1. Writes of an older attempt are refused with LEASE_LOST. */
  readonly attempt: number;
  /** ISO 8601, server clock: for people. */
  readonly expiresAt: string;
  /** Its length: silence for so long loses it. A worker renews well within, and needs no clock in common with the server. */
  readonly leaseSeconds: number;
}
