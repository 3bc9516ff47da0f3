import type { Client } from '@entropic-lab/client';
import { LabError, type WorkerSpec } from '@entropic-lab/protocol';
import type { Logger } from 'pino';
import type { Equipment } from '../ipc.ts';
import { untilAnswered } from './delivery.ts';
import { superviseRun, type RunnerLimits } from './run-supervision.ts';
import { deliverLeft } from './spool/deliver-left.ts';
import type { Spool } from './spool/spool.ts';

export interface AgentOptions {
  readonly client: Client;
  readonly worker: WorkerSpec;
  readonly equipment: Equipment;
  readonly limits: RunnerLimits;
  readonly spool: Spool;
  readonly log: Logger;
  /** Ends the agent: runs in progress are cancelled, nothing new is claimed. */
  readonly stop: AbortSignal;
  /** Called when the lab knows this worker, again after each reconnection. */
  readonly onRegistered: () => void;
}

/** How long one request to claim waits at the server for a run to come. */
const claimWaitSeconds = 20;

/** Registers with the lab, then claims and computes runs in each slot until stopped. */
export async function runAgent(options: AgentOptions): Promise<void> {
  await register(options);
  await Promise.all([deliverAllLeft(options), ...serveSlots(options)]);
}

function serveSlots(options: AgentOptions): Promise<void>[] {
  return Array.from({ length: options.worker.slots ?? 1 }, () => serveSlot(options));
}

/** What agents before this one had not delivered when they ended. */
async function deliverAllLeft({ client, spool, log, stop }: AgentOptions): Promise<void> {
  const left = await spool.adopt(client.url);
  await Promise.all(left.map((folder) => deliverLeft(folder, { client, log, stop })));
}

async function register({ client, worker, log, stop, onRegistered }: AgentOptions): Promise<void> {
  await untilAnswered(
    () => client.worker.register(worker),
    stop,
    (error) => log.warn(`waiting for the lab: ${error.message}`),
  );
  onRegistered();
}

async function serveSlot(options: AgentOptions): Promise<void> {
  const { client, worker, equipment, limits, spool, log, stop } = options;
  while (!stop.aborted) {
    try {
      const claim = await untilAnswered(
        () => client.worker.claim(worker.id, { waitSeconds: claimWaitSeconds, signal: stop }),
        stop,
        (error) => log.warn(`waiting for the lab: ${error.message}`),
      );
      if (claim === undefined) continue;
      log.info({ runId: claim.lease.runId, attempt: claim.lease.attempt }, 'run claimed');
      // A run that cannot be ended here is ended by the lab when its lease expires; the others are not its business.
      await superviseRun(claim, { ...limits, client, worker, equipment, spool, log, stop }).catch((error: unknown) => log.error({ runId: claim.lease.runId, error }, 'run given up'));
    } catch (error) {
      if (stop.aborted) return;
      if (error instanceof LabError && error.code === 'UNKNOWN_WORKER') await register(options);
      else throw error;
    }
  }
}
