import { finalStatuses, LabError, parseRunEvent, type RunEvent } from '@entropic-lab/protocol';
import type { Client as Connection } from 'graphql-ws';
import type { Ask } from './ask.ts';
import { keepUp } from './live/keep-up.ts';
import { stream } from './live/stream.ts';
import { RunById, RunEvents } from './operations/runs.ts';

export interface FollowOptions {
  /** Seq of the last event that the reader has. Default 0: from the first. */
  readonly after?: number;
  /** Ends the iteration quietly. */
  readonly signal?: AbortSignal;
  /** How long a lab that was there may stay away. Default 300. */
  readonly patienceSeconds?: number;
}

export type Follow = (runId: string, options?: FollowOptions) => AsyncGenerator<RunEvent, void, void>;

/**
 * Past and future of a run, each event exactly once and in order, behind `after`; ends when the run has ended.
 * Broken connections are opened again from the last cursor.
 * The generator throws LabError UNKNOWN_RUN, or SERVER_UNREACHABLE when no lab answers at first or for too long.
 */
export function follower(ask: Ask, connection: Connection, url: string): Follow {
  return async function* follow(runId, { after = 0, signal, patienceSeconds } = {}) {
    let cursor = after;
    const open = () => stream(connection, { document: RunEvents, variables: { runId, after: cursor } }, { url, signal });
    const isOver = async () => {
      const { run } = await ask(RunById, { id: runId }, { signal });
      return run === null || (finalStatuses.includes(run.status) && cursor >= run.lastSeq);
    };
    // `finished` may be followed by another attempt: only the lab knows whether it is the end.
    for await (const { runEvents } of keepUp({ open, isLast: () => false, isOver, signal, patienceSeconds })) {
      const event = parseRunEvent(runEvents);
      if (event.seq !== cursor + 1) throw new LabError('INTERNAL', `[client] expected event ${cursor + 1} of run ${runId}, got ${event.seq}. Please report it.`);
      cursor = event.seq;
      yield event;
    }
  };
}
