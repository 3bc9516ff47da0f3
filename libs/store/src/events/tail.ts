import type { RunEvent } from '@entropic-lab/protocol';
import type { Session } from '../session.ts';
import { topics } from '../wakes.ts';
import { pageReader } from './page.ts';
import { Reader } from './reader.ts';
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
export function tailOf({ busy, database, wakes }: Session): Tail {
  const read = pageReader(database);
  const recent = new Recent((runId, after) => busy.run(() => read(runId, after)));
  // Waiting begins before the first read: an event recorded between reading and waiting is heard.
  const enter = (runId: string) => ({ waiter: wakes.waitFor(topics.events(runId)), run: recent.enter(runId) });
  return (runId, { after = 0, signal } = {}) => new Reader(() => enter(runId), { after, signal });
}
