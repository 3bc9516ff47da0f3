/** What `work` is given: a way to tell how far it is, and a signal by which it is asked to stop. */
export interface Running<T> {
  readonly tell: (value: T) => void;
  readonly signal: AbortSignal;
}

/**
 * Yields what `work` tells while it runs, the latest where it tells more than is asked for, and returns its result.
 * Whoever leaves early waits until the work, asked to stop, has ended: it may hold what must be let go of in order.
 */
export async function* whileRunning<T, R>(work: (running: Running<T>) => Promise<R>, signal?: AbortSignal): AsyncGenerator<T, R, undefined> {
  const left = new AbortController();
  let told: { readonly value: T } | undefined;
  let wake = () => {};
  let ended = false;
  const tell = (value: T) => {
    told = { value };
    wake();
  };
  const result = work({ tell, signal: signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]) }).finally(() => {
    ended = true;
    wake();
  });
  result.catch(() => {});
  try {
    while (!ended) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (ended || told !== undefined) resolve();
      });
      const latest = told as { readonly value: T } | undefined;
      told = undefined;
      if (latest !== undefined && !ended) yield latest.value;
    }
    return await result;
  } finally {
    left.abort();
    await result.catch(() => {});
  }
}
