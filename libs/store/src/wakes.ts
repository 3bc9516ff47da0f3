import { sql, type SQL } from 'drizzle-orm';
import { channel, type Database, type Ear } from './database/driver.ts';

/** What somebody may wait for. */
export const topics = {
  /** An event of the run was recorded. */
  events: (runId: string) => `events:${runId}`,
  /** The lease of the run changed hands, was revoked, or its end was asked for. */
  lease: (runId: string) => `lease:${runId}`,
  /** A run waits to be claimed. */
  queue: 'queue',
  /** What readers see of a run changed; told by a trigger of the table. */
  runs: 'runs',
  /** A worker came or went, or what it holds changed. */
  workers: 'workers',
  /** A token was made or revoked. */
  tokens: 'tokens',
} as const;

/** Wakes everybody on every server who waits for the topic, when the transaction commits. */
export async function notify(tx: Database, topic: string): Promise<void> {
  await tx.execute(sql`select ${notification(topic)}`);
}

/** The same within another statement. However many rows say it, it is heard once. */
export function notification(topic: string): SQL {
  return sql`pg_notify(${channel}, ${topic})`;
}

/** One who waits for a topic. Made before the rows are read, it misses nothing that is written after. */
export interface Waiter extends Disposable {
  /** Grows with each wake. Read it before the rows, and hand it to `after`. */
  version(): number;
  /** Resolves once the version is above `seen`, or waiting is over. */
  after(seen: number, signal?: AbortSignal): Promise<void>;
  /** Calls once when the version is above `seen` (at once where it is), or when the store closes. */
  once(seen: number, go: () => void): void;
  /** Whether there is no sense in waiting on: the signal is aborted or the store is closing. */
  over(signal?: AbortSignal): boolean;
}

interface Topic {
  version: number;
  waiters: number;
  wake: Set<() => void>;
}

/** Turns notifications into woken waiters: one listening connection serves every reader of this process. */
export class Wakes implements Ear {
  readonly #topics = new Map<string, Topic>();
  /** Versions go on where a topic was forgotten, so that no two states of the rows ever have the same. */
  #clock = 0;
  #closed = false;

  heard(name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    this.#clock += 1;
    topic.version = this.#clock;
    const wake = topic.wake;
    topic.wake = new Set();
    for (const go of wake) go();
  }

  /** Sends everybody home. */
  close(): void {
    this.#closed = true;
    this.deafened();
  }

  deafened(): void {
    for (const name of this.#topics.keys()) this.heard(name);
  }

  waitFor(name: string): Waiter {
    const topic = this.#topics.get(name) ?? { version: (this.#clock += 1), waiters: 0, wake: new Set() };
    this.#topics.set(name, topic);
    topic.waiters += 1;
    let open = true;
    let called: (() => void) | undefined;
    const close = () => {
      if (open) topic.waiters -= 1;
      open = false;
      if (called !== undefined) topic.wake.delete(called);
      if (topic.waiters === 0 && this.#topics.get(name) === topic) this.#topics.delete(name);
    };
    const over = (signal?: AbortSignal) => this.#closed || signal?.aborted === true;
    return {
      version: () => topic.version,
      after: (seen, signal) => (over(signal) ? Promise.resolve() : woken(topic, seen, signal)),
      once(seen, go) {
        if (topic.version > seen || this.over()) return go();
        topic.wake.add((called = go));
      },
      over,
      [Symbol.dispose]: close,
    };
  }
}

function woken(topic: Topic, seen: number, signal: AbortSignal | undefined): Promise<void> {
  if (topic.version > seen) return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      topic.wake.delete(go);
      signal?.removeEventListener('abort', go);
      resolve();
    };
    topic.wake.add(go);
    signal?.addEventListener('abort', go, { once: true });
  });
}
