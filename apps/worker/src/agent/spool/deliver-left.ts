import type { Client } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { untilAnswered } from '../delivery.ts';
import { watchLease } from '../lease-watch.ts';
import { sendOff } from '../send-off.ts';
import { Journal, readJournal, type Ending } from './journal.ts';
import type { AttemptFolder } from './spool.ts';

/** The first stays as it is: should this agent die too, the next one reads it again. */
const secondJournal = 'again.jsonl';

export interface DeliverLeftOptions {
  readonly client: Client;
  readonly log: Logger;
  readonly stop: AbortSignal;
}

/** How an attempt ended whose agent died before its runner came to an end. */
const cutShort: Ending = {
  status: 'failed',
  error: { code: 'RUNNER_DIED', message: '[worker] the agent that computed the run ended, and was started again; all it had is told. The next attempt goes on from the last checkpoint.' },
};

/**
 * Delivers what a dead agent had of an attempt and the lab does not, and ends the attempt, where its lease still holds.
 * Where it does not, the attempt is somebody else's and its rest is dropped. Never throws.
 */
export async function deliverLeft(folder: AttemptFolder, options: DeliverLeftOptions): Promise<void> {
  const { log, stop } = options;
  const { runId, attempt } = folder;
  try {
    const events = await deliverOnceMore(folder, options);
    log.info({ runId, attempt, events }, 'delivered what an earlier agent had left');
  } catch (thrown) {
    if (stop.aborted) return;
    log.warn({ runId, attempt }, `what an earlier agent had left is dropped: ${LabError.from(thrown).message}`);
  }
  await folder.remove();
}

/** A last report of the dead agent may arrive while its events are counted: then they are counted again. */
async function deliverOnceMore(folder: AttemptFolder, options: DeliverLeftOptions): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await deliver(folder, options);
    } catch (thrown) {
      if (!(thrown instanceof LabError) || thrown.code !== 'EVENT_CONFLICT' || tries === 3) throw thrown;
    }
  }
}

/** @returns Number of events. @throws LabError LEASE_LOST. */
async function deliver(folder: AttemptFolder, { client, log, stop }: DeliverLeftOptions): Promise<number> {
  const { runId, attempt } = folder;
  const patiently = <T>(send: () => Promise<T>): Promise<T> => untilAnswered(send, stop, (error) => log.warn({ runId }, `waiting for the lab: ${error.message}`));
  const state = await patiently(() => client.worker.renew({ runId, attempt }));
  if (state === 'lost') throw new LabError('LEASE_LOST', `the lease of attempt ${attempt} is gone`);
  using _watch = watchLease({ lease: { runId, attempt, leaseSeconds: 10, expiresAt: '' } }, { client, log }, { onCancel: () => undefined, onLost: () => undefined });
  const { before, entries, ending } = await readJournal(folder.path);
  const { lastSeq, told } = await patiently(() => alreadyTold(client, folder));
  const rest = entries.slice(Math.max(0, told - before));
  await rm(join(folder.path, secondJournal), { force: true });
  await using journal = await Journal.create(folder.path, { name: secondJournal });
  const way = sendOff({ client, log, runId, attempt, nextSeq: lastSeq + 1, journal, over: stop });
  for (const { body, files, time } of rest) way.outbox.push(body, files.map(({ sha256 }) => ({ sha256, path: folder.fileOf(sha256) })), time);
  await way.finish(ending ?? cutShort);
  return rest.length;
}

/** How much of the attempt the lab has: only it knows. Progress is in no journal, so it does not count. */
async function alreadyTold(client: Client, { runId, nextSeq }: AttemptFolder): Promise<{ lastSeq: number; told: number }> {
  const run = await client.run(runId);
  const lastSeq = run?.lastSeq ?? nextSeq - 1;
  let told = 0;
  if (lastSeq < nextSeq) return { lastSeq, told };
  for await (const { seq, body } of client.follow(runId, { after: nextSeq - 1 })) {
    if (body.type !== 'progress') told += 1;
    if (seq >= lastSeq) break;
  }
  return { lastSeq, told };
}
