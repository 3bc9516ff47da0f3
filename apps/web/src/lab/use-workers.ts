import type { Worker } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { useEffect, useState } from 'react';
import { forever, lab } from './lab.ts';

/** Registered workers, told again at each change. */
export function useWorkers(): { readonly workers: readonly Worker[] | undefined; readonly error: LabError | undefined } {
  const [state, setState] = useState<{ workers: readonly Worker[] | undefined; error: LabError | undefined }>({ workers: undefined, error: undefined });
  useEffect(() => {
    const leaving = new AbortController();
    void (async () => {
      try {
        for await (const workers of lab.changes.workers({ ...forever, signal: leaving.signal })) setState({ workers, error: undefined });
      } catch (thrown) {
        setState((before) => ({ ...before, error: LabError.from(thrown) }));
      }
    })();
    return () => leaving.abort();
  }, []);
  return state;
}
