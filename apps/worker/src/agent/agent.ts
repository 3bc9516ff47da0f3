import type { Client } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import type { Logger } from 'pino';
import { untilAnswered } from './delivery.ts';
import { isDeviceFailure, refit, type Outfit } from './outfit.ts';
import { superviseRun, type RunnerLimits } from './run-supervision.ts';
import { deliverLeft } from './spool/deliver-left.ts';
import type { Spool } from './spool/spool.ts';

export interface AgentOptions {
  readonly client: Client;
  readonly outfit: Outfit;
  /** Looks for devices and engines anew, once those there were have failed. */
  readonly findOutfit: () => Promise<Outfit>;
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

/** What the slots share: one that finds the device gone changes it for all. */
interface Shared {
  outfit: Outfit;
  refitting: Promise<void> | undefined;
}

/** Registers with the lab, then claims and computes runs in each slot until stopped. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const shared: Shared = { outfit: options.outfit, refitting: undefined };
  await register(options, shared);
  await Promise.all([deliverAllLeft(options), ...serveSlots(options, shared)]);
}

function serveSlots(options: AgentOptions, shared: Shared): Promise<void>[] {
  return Array.from({ length: options.outfit.worker.slots ?? 1 }, () => serveSlot(options, shared));
}

/** What agents before this one had not delivered when they ended. */
async function deliverAllLeft({ client, spool, log, stop }: AgentOptions): Promise<void> {
  const left = await spool.adopt(client.url);
  await Promise.all(left.map((folder) => deliverLeft(folder, { client, log, stop })));
}

async function register({ client, log, stop, onRegistered }: AgentOptions, { outfit: { worker } }: Shared): Promise<void> {
  await untilAnswered(
    () => client.worker.register(worker),
    stop,
    (error) => log.warn(`waiting for the lab: ${error.message}`),
  );
  onRegistered();
}

/** Registers as what the worker is after its device failed. Slots that ask meanwhile wait for the same. */
async function fitAgain(options: AgentOptions, shared: Shared): Promise<void> {
  shared.refitting ??= (async () => {
    shared.outfit = await refit({ find: options.findOutfit, log: options.log, stop: options.stop });
    await register(options, shared);
  })().finally(() => (shared.refitting = undefined));
  await shared.refitting;
}

async function serveSlot(options: AgentOptions, shared: Shared): Promise<void> {
  const { client, limits, spool, log, stop } = options;
  while (!stop.aborted) {
    try {
      await shared.refitting;
      const { worker, equipment } = shared.outfit;
      const claim = await untilAnswered(
        () => client.worker.claim(worker.id, { waitSeconds: claimWaitSeconds, signal: stop }),
        stop,
        (error) => log.warn(`waiting for the lab: ${error.message}`),
      );
      if (claim === undefined) continue;
      log.info({ runId: claim.lease.runId, attempt: claim.lease.attempt }, 'run claimed');
      // A run that cannot be ended here is ended by the lab when its lease expires; the others are not its business.
      const ending = await superviseRun(claim, { ...limits, client, worker, equipment, spool, log, stop }).catch((error: unknown) => void log.error({ runId: claim.lease.runId, error }, 'run given up'));
      if (isDeviceFailure(ending?.error?.code)) await fitAgain(options, shared);
    } catch (error) {
      if (stop.aborted) return;
      if (error instanceof LabError && error.code === 'UNKNOWN_WORKER') await register(options, shared);
      else throw error;
    }
  }
}
