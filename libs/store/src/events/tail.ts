import type { RunEvent } from '@entropic-lab/protocol';
import { interruptible } from '../interruptible.ts';
import type { Session } from '../session.ts';
import { topics } from '../wakes.ts';
import { pageReader } from './page.ts';
import { Recent } from './recent.ts';

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
  const read = pageReader(session.database);
  const recent = new Recent((runId, after) => session.busy.run(() => read(runId, after)));
  return (runId, { after = 0, signal } = {}) => interruptible((left) => follow(session, recent, { runId, after, left }), signal);
}

interface Place {
  readonly runId: string;
  readonly after: number;
  readonly left: AbortSignal;
}

async function* follow({ wakes }: Session, recent: Recent, { runId, after, left }: Place): AsyncGenerator<RunEvent, void, void> {
  // Waiting begins before the first read: an event recorded between reading and waiting is heard.
  using waiter = wakes.waitFor(topics.events(runId));
  using run = recent.enter(runId);
  let cursor = after;
  while (!waiter.over(left)) {
    const page = await run.read(cursor, waiter.version());
    for (const event of page.events) {
      if (waiter.over(left)) return;
      cursor = event.seq;
      yield event;
    }
    if (page.ended) return;
    if (page.whole) await waiter.after(page.asOf, left);
  }
}
