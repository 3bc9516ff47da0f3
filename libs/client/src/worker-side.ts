import type { DeviceLoad, ErrorCode, Lease, LeaseState, RunEvent, WorkerSpec } from '@entropic-lab/protocol';
import type { Client as Connection } from 'graphql-ws';
import type { Ask } from './ask.ts';
import { keepUp } from './live/keep-up.ts';
import { stream } from './live/stream.ts';
import { readRun, type Run } from './operations/run-fields.ts';
import { ClaimRun, FinishRun, LeaseStates, LeaveLab, RegisterWorker, RenewLease, ReportEvents, ReportLoad } from './operations/worker.ts';

/** A run that is now the worker's to compute. */
export interface Claim {
  readonly run: Run;
  readonly lease: Lease;
  /** Number of the first event to report. */
  readonly nextSeq: number;
}

/** The fence of a lease. */
export interface LeaseKey {
  readonly runId: string;
  readonly attempt: number;
}

export interface Ending extends LeaseKey {
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  /** Required for `failed`. A LabError will do. */
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly path?: string | undefined } | undefined;
}

/** What a worker asks and tells. Every operation throws LabError with the server's code, or SERVER_UNREACHABLE. */
export interface WorkerSide {
  register(worker: WorkerSpec): Promise<void>;
  /** Says good-bye: nobody counts on the worker any more. Waits three seconds at most. */
  leave(workerId: string): Promise<void>;
  /** What its device does now. @throws LabError UNKNOWN_WORKER. */
  reportLoad(workerId: string, load: DeviceLoad): Promise<void>;
  /** Waits up to `waitSeconds` (0 to 60, default 0) for a run that this worker can compute. */
  claim(workerId: string, options?: { readonly waitSeconds?: number; readonly signal?: AbortSignal }): Promise<Claim | undefined>;
  renew(lease: LeaseKey): Promise<LeaseState>;
  /** Idempotent. @throws LabError LEASE_LOST, EVENT_CONFLICT. */
  report(report: LeaseKey & { readonly events: readonly Pick<RunEvent, 'seq' | 'time' | 'body'>[] }): Promise<{ lease: LeaseState; lastSeq: number }>;
  /** Idempotent. @throws LabError LEASE_LOST, EVENT_CONFLICT. */
  finish(ending: Ending): Promise<Run>;
  /** The state of a lease now and each change, until it is lost; reconnects by itself. Does not renew the lease. */
  leaseStates(lease: LeaseKey, options?: { readonly signal?: AbortSignal; readonly patienceSeconds?: number }): AsyncGenerator<LeaseState, void, void>;
}

export function workerSide(ask: Ask, connection: Connection, url: string): WorkerSide {
  return {
    async register(input) {
      await ask(RegisterWorker, { input });
    },
    async leave(workerId) {
      await ask(LeaveLab, { workerId }, { timeoutSeconds: 3 });
    },
    async reportLoad(workerId, load) {
      await ask(ReportLoad, { workerId, load });
    },
    async claim(workerId, { waitSeconds = 0, signal } = {}) {
      const { claimRun } = await ask(ClaimRun, { workerId, waitSeconds }, { signal, timeoutSeconds: waitSeconds + 60 });
      return claimRun === null ? undefined : { ...claimRun, run: readRun(claimRun.run) };
    },
    renew: async ({ runId, attempt }) => (await ask(RenewLease, { runId, attempt })).renewLease,
    async report({ runId, attempt, events }) {
      const numbered = events.map(({ seq, time, body }) => ({ seq, time, body }));
      return (await ask(ReportEvents, { runId, attempt, events: numbered })).reportEvents;
    },
    async finish({ runId, attempt, seq, time, status, error }) {
      const reason = error === undefined ? null : { code: error.code, message: error.message, path: error.path ?? null };
      return readRun((await ask(FinishRun, { runId, attempt, seq, time, status, error: reason })).finishRun);
    },
    leaseStates: (lease, options = {}) => leaseStates(connection, lease, { url, ...options }),
  };
}

interface LeaseOptions {
  readonly url: string;
  readonly signal?: AbortSignal | undefined;
  readonly patienceSeconds?: number;
}

async function* leaseStates(connection: Connection, { runId, attempt }: LeaseKey, options: LeaseOptions): AsyncGenerator<LeaseState, void, void> {
  const subscription = { document: LeaseStates, variables: { runId, attempt } };
  const open = () => stream(connection, subscription, options);
  let told: LeaseState | undefined;
  for await (const { leaseState } of keepUp({ ...options, open, isLast: (item) => item.leaseState === 'lost', isOver: () => Promise.resolve(false) })) {
    if (leaseState !== told) yield leaseState;
    told = leaseState;
  }
}
