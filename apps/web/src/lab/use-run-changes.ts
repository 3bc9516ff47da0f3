import type { RunFilter } from '@entropic-lab/client';
import { useEffect } from 'react';
import { forever, lab } from './lab.ts';

const againMs = 1500;

/**
 * Calls `again`, at most so often, when runs change; and once after it began to listen, for what changed since the page
 * asked for what it shows.
 */
export function useRunChanges(filter: RunFilter, again: () => void): void {
  const key = JSON.stringify(filter);
  useEffect(() => {
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        again();
      }, againMs);
    };
    const listen = async () => {
      const after = await lab.changes.cursor({ signal }).catch(() => undefined);
      soon();
      const filter = JSON.parse(key) as RunFilter;
      for await (const _ of lab.changes.runs({ ...forever, signal, filter, ...(after === undefined ? {} : { after }) })) soon();
    };
    listen().catch(() => {});
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [key, again]);
}
