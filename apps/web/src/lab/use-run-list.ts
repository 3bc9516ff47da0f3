import type { RunFilter, RunSort } from '@entropic-lab/client';
import { useEffect, useState } from 'react';
import { openRunList, type RunList, type RunListState } from './run-list.ts';
import { told, useTold } from './told.ts';

const none = told<RunListState>({ rows: [], total: 0, more: false, loading: true, error: undefined });

/** The runs of a filter while the component is there. */
export function useRunList(filter: RunFilter, sort?: RunSort): RunListState & { loadMore(): void } {
  const key = JSON.stringify([filter, sort ?? null]);
  const [list, setList] = useState<RunList>();
  useEffect(() => {
    const opened = openRunList(...(JSON.parse(key) as [RunFilter, RunSort | null]));
    setList(opened);
    return () => opened.close();
  }, [key]);
  return { ...useTold(list?.state ?? none), loadMore: () => list?.loadMore() };
}
