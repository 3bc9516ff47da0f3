import { LabError } from '@entropic-lab/protocol';
import { useCallback, useEffect, useState } from 'react';

/** What an operation gave; of the latest key only. The former value stays while the next one is on its way. */
export interface Answer<T> {
  readonly value: T | undefined;
  readonly error: LabError | undefined;
  readonly pending: boolean;
  again(): void;
}

/** Asks when the component appears and whenever `key` changes. */
export function useAnswer<T>(key: string, ask: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: LabError; pending: boolean }>({ key, pending: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    setState((before) => ({ ...(before.key === key ? before : {}), key, pending: true }));
    ask(leaving.signal).then(
      (value) => !leaving.signal.aborted && setState({ key, value, pending: false }),
      (thrown: unknown) => !leaving.signal.aborted && setState((before) => ({ ...before, key, error: LabError.from(thrown), pending: false })),
    );
    return () => leaving.abort();
    // `ask` is made anew at each drawing; the key says when it asks for something else.
  }, [key, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { value: state.value, error: state.error, pending: state.pending, again };
}
