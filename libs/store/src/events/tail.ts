import type { RunEvent } from '@entropic-lab/protocol';
import { interruptible } from '../interruptible.ts';
import type { Session } from '../session.ts';
import { topics } from '../wakes.ts';
import { readPage, type EventPage } from './page.ts';

export interface TailOptions {
  /** Seq of the last event that the reader has. Default 0: from the first. */
  readonly after?: number;
  /** Ends the tail quietly. */
  readonly signal?: AbortSignal;
}

export type Tail = (runId: string, options?: TailOptions) => AsyncGenerator<RunEvent, void, void>;

/**
 * Past and future of a run in one call: replays the rows after the cursor in pages, then follows, and ends after the
 * `finished` event. It reads on only when asked for more, so a slow reader holds one page.
 * The generator throws LabError UNKNOWN_RUN, or INVALID_INPUT for a bad cursor.
 */
export function tailOf(session: Session): Tail {
  const read = sharedReads((runId, after) => session.busy.run(() => readPage(session.database, runId, after)));
  return (runId, { after = 0, signal } = {}) => interruptible((left) => follow(session, read, { runId, after, left }), signal);
}

interface Place {
  readonly runId: string;
  readonly after: number;
  readonly left: AbortSignal;
}

async function* follow({ wakes }: Session, read: SharedRead, { runId, after, left }: Place): AsyncGenerator<RunEvent, void, void> {
  // Waiting begins before the first read: an event recorded between reading and waiting is heard.
  const waiter = wakes.waitFor(topics.events(runId));
  try {
    let cursor = after;
    while (!waiter.over(left)) {
      const seen = waiter.version();
      const page = await read(runId, cursor, seen);
      for (const event of page.events) {
        if (waiter.over(left)) return;
        cursor = event.seq;
        yield event;
      }
      if (page.ended) return;
      if (page.events.length === 0) await waiter.after(seen, left);
    }
  } finally {
    waiter[Symbol.dispose]();
  }
}

type Read = (runId: string, after: number) => Promise<EventPage>;
type SharedRead = (runId: string, after: number, version: number) => Promise<EventPage>;

/**
 * Readers at the same place, woken by the same event, share one query. The version is part of the key: a reader that
 * has heard of an event never shares a query that began before it.
 */
function sharedReads(read: Read): SharedRead {
  const running = new Map<string, Promise<EventPage>>();
  return (runId, after, version) => {
    const key = `${runId} ${after} ${version}`;
    const shared = running.get(key);
    if (shared !== undefined) return shared;
    const page = read(runId, after).finally(() => running.delete(key));
    running.set(key, page);
    return page;
  };
}
