import type { Claim, Client } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import type { Logger } from 'pino';
import { cardLook } from './card-look.ts';
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
  /** A worker whose card did not start waits so long, while it computes nothing, before it looks again; 0: it never does. */
  readonly lookAgainSeconds: number;
  readonly limits: RunnerLimits;
  readonly spool: Spool;
  readonly log: Logger;
  /** Ends the agent: runs in progress are cancelled, nothing new is claimed. */
  readonly stop: AbortSignal;
  /** Called when the lab knows this worker, again after each reconnection. */
  readonly onRegistered: (outfit: Outfit) => void;
}

/** How long one request to claim waits at the server for a run to come. */
const claimWaitSeconds = 20;

/** What the slots share: one that finds the device gone changes it for all. */
interface Shared {
  outfit: Outfit;
  refitting: Promise<void> | undefined;
  /** Slots that compute a run. */
  computing: number;
  readonly lookForCard: ReturnType<typeof cardLook>;
}

/** Registers with the lab, then claims and computes runs in each slot until stopped. */
export async function runAgent(options: AgentOptions): Promise<void> {
  const lookForCard = cardLook({ find: options.findOutfit, everyMs: options.lookAgainSeconds * 1000, log: options.log });
  const shared: Shared = { outfit: options.outfit, refitting: undefined, computing: 0, lookForCard };
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

async function register({ client, log, stop, onRegistered }: AgentOptions, { outfit }: Shared): Promise<void> {
  await untilAnswered(
    () => client.worker.register(outfit.worker),
    stop,
    (error) => log.warn(`waiting for the lab: ${error.message}`),
  );
  onRegistered(outfit);
}

/** Registers as what the worker is after its device failed. Slots that ask meanwhile wait for the same. */
async function fitAgain(options: AgentOptions, shared: Shared): Promise<void> {
  shared.refitting ??= (async () => {
    shared.outfit = await refit({ find: options.findOutfit, log: options.log, stop: options.stop });
    await register(options, shared);
  })().finally(() => (shared.refitting = undefined));
  await shared.refitting;
}

/** Beside the slots, which go on claiming: no run waits for a look. What it finds counts from the next run on. */
async function takeCardOnceThere(options: AgentOptions, shared: Shared): Promise<void> {
  const outfit = await shared.lookForCard(shared.outfit);
  if (outfit === undefined || options.stop.aborted) return;
  shared.outfit = outfit;
  await register(options, shared).catch((error: unknown) => void (options.stop.aborted || options.log.error({ error }, 'the card that is there again could not be told to the lab')));
}

async function serveSlot(options: AgentOptions, shared: Shared): Promise<void> {
  const { client, log, stop } = options;
  while (!stop.aborted) {
    try {
      await shared.refitting;
      const claim = await untilAnswered(
        () => client.worker.claim(shared.outfit.worker.id, { waitSeconds: claimWaitSeconds, signal: stop }),
        stop,
        (error) => log.warn(`waiting for the lab: ${error.message}`),
      );
      if (claim === undefined) {
        if (shared.computing === 0) void takeCardOnceThere(options, shared);
        continue;
      }
      shared.computing += 1;
      const ending = await computeRun(claim, options, shared).finally(() => (shared.computing -= 1));
      if (isDeviceFailure(ending?.error?.code)) await fitAgain(options, shared);
    } catch (error) {
      if (stop.aborted) return;
      if (error instanceof LabError && error.code === 'UNKNOWN_WORKER') await register(options, shared);
      else throw error;
    }
  }
}

/** A run that cannot be ended here is ended by the lab when its lease expires; the others are not its business. */
async function computeRun(claim: Claim, { client, limits, spool, log, stop }: AgentOptions, { outfit: { worker, equipment } }: Shared): ReturnType<typeof superviseRun> {
  log.info({ runId: claim.lease.runId, attempt: claim.lease.attempt }, 'run claimed');
  return await superviseRun(claim, { ...limits, client, worker, equipment, spool, log, stop }).catch((error: unknown) => void log.error({ runId: claim.lease.runId, error }, 'run given up'));
}
