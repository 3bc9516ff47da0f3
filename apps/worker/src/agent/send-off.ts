import type { Client } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { readFile, rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import { untilAnswered } from './delivery.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';
import type { Ending, Journal } from './spool/journal.ts';

export interface SendOffOptions {
  readonly client: Client;
  readonly log: Logger;
  readonly runId: string;
  readonly attempt: number;
  readonly nextSeq: number;
  readonly journal: Journal;
  /** Aborted when there is no sense in trying on. */
  readonly over: AbortSignal;
  readonly maxBytes?: number | undefined;
  readonly onFull?: () => void;
  readonly onRoom?: () => void;
}

/** How events and ending of one attempt reach the lab: in order, with their files before them, however long it is away. */
export interface SendOff {
  readonly outbox: Outbox;
  readonly patiently: <T>(send: () => Promise<T>) => Promise<T>;
  /** Everything, then the ending. @throws LabError LEASE_LOST. */
  finish(ending: Ending): Promise<void>;
}

function absent(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'ENOENT') throw thrown;
}

export function sendOff(options: SendOffOptions): SendOff {
  const { client, log, runId, attempt, journal, over } = options;
  const patiently = <T>(send: () => Promise<T>): Promise<T> => untilAnswered(send, over, (error) => log.warn({ runId }, `the lab does not answer, the run goes on: ${error.message}`));
  const uploaded = new Set<string>();
  const upload: OutboxOptions['upload'] = async (files) => {
    for (const { sha256, path } of files) {
      if (uploaded.has(sha256)) continue;
      const content = await readFile(path).catch(absent);
      // Sent by an earlier agent. Were it not, the lab would refuse the event that names it.
      if (content !== undefined) await patiently(() => client.artifacts.upload(content));
      uploaded.add(sha256);
    }
  };
  const deliver: OutboxOptions['deliver'] = async (events, files) => {
    const report = () => patiently(() => client.worker.report({ runId, attempt, events }));
    await report().catch(async (thrown: unknown) => {
      if (!(thrown instanceof LabError) || thrown.code !== 'UNKNOWN_ARTIFACT') throw thrown;
      // The lab took the files, was away for longer than it keeps what nobody names, and let go of them.
      for (const { sha256 } of files) uploaded.delete(sha256);
      await upload(files);
      await report();
    });
  };
  const outbox: Outbox = new Outbox({ ...options, upload, deliver, onDelivered: (files) => files.forEach(({ path }) => void rm(path, { force: true })) });
  return {
    outbox,
    patiently,
    async finish(ending) {
      await journal.close(ending);
      await outbox.flush();
      const time = new Date().toISOString();
      const { status } = await patiently(() => client.worker.finish({ runId, attempt, seq: outbox.nextSeq, time, ...ending }));
      log.info({ runId, ending: ending.status, status }, status === 'queued' ? 'attempt ended, the run waits for another' : 'run ended');
    },
  };
}
