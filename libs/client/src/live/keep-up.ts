import { LabError } from '@entropic-lab/protocol';

export interface KeepUpOptions<T> {
  /** Opens the stream from where the reader is. */
  readonly open: () => AsyncIterable<T>;
  /** Whether nothing follows the item. */
  readonly isLast: (item: T) => boolean;
  /** Asked when a stream ends without its last item: whether there is nothing more to come. */
  readonly isOver: () => Promise<boolean>;
  readonly signal?: AbortSignal | undefined;
  /** How long a lab that was there may stay away. Default 300 s. */
  readonly patienceSeconds?: number | undefined;
}

const pauses = { firstMs: 100, longestMs: 5_000 } as const;

/**
 * A stream that survives its connection: opened again, with growing pauses, until its last item has come. A lab that
 * does not answer the very first time is an error at once.
 * @throws LabError SERVER_UNREACHABLE when patience is at an end; the server's own at once.
 */
export async function* keepUp<T>(options: KeepUpOptions<T>): AsyncGenerator<T, void, void> {
  const { open, isLast, isOver, signal, patienceSeconds = 300 } = options;
  let alive = Number.NEGATIVE_INFINITY;
  let pauseMs: number = pauses.firstMs;
  const stopped = () => signal?.aborted === true;
  while (!stopped()) {
    try {
      for await (const item of open()) {
        alive = Date.now();
        pauseMs = pauses.firstMs;
        yield item;
        if (isLast(item)) return;
      }
      if (stopped() || (await isOver())) return;
      alive = Date.now();
    } catch (thrown) {
      if (stopped()) return;
      if (!mayPass(thrown) || Date.now() - alive > patienceSeconds * 1000) throw thrown;
    }
    await pause(pauseMs * (0.5 + Math.random()), signal);
    pauseMs = Math.min(pauseMs * 2, pauses.longestMs);
  }
}

function mayPass(thrown: unknown): boolean {
  return thrown instanceof LabError && ['SERVER_UNREACHABLE', 'NOT_READY', 'DISK_FULL', 'RATE_LIMITED'].includes(thrown.code);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
