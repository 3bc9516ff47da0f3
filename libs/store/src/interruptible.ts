/**
 * A generator that `return()` ends even while it waits. A plain async generator would answer only after the wait, which
 * for a quiet run may be hours: a reader that left would go on holding its place.
 */
export function interruptible<T>(start: (signal: AbortSignal) => AsyncGenerator<T, void, void>, signal?: AbortSignal): AsyncGenerator<T, void, void> {
  const left = new AbortController();
  const leave = () => left.abort();
  if (signal?.aborted === true) leave();
  signal?.addEventListener('abort', leave, { once: true });
  const inner = start(left.signal);
  const forget = () => signal?.removeEventListener('abort', leave);
  const step = async (result: Promise<IteratorResult<T, void>>) => {
    try {
      const told = await result;
      if (told.done === true) forget();
      return told;
    } catch (thrown) {
      forget();
      throw thrown;
    }
  };
  const end = () => {
    leave();
    return step(inner.return());
  };
  return {
    next: () => step(inner.next()),
    return: end,
    throw: (thrown: unknown) => {
      leave();
      return step(inner.throw(thrown));
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
