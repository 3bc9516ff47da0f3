import { useSyncExternalStore } from 'react';

/** A value that tells its readers when it becomes another. */
export interface Told<T> {
  get(): T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

export function told<T>(initial: T): Told<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useTold<T>(source: Told<T>): T {
  return useSyncExternalStore(source.subscribe, source.get);
}
