import type { RunFilter } from '@entropic-lab/client';
import type { RunStatus } from '@entropic-lab/protocol';
import { useSearchParams } from 'wouter';

/** Filters in the address: what is seen can be sent to somebody else, and the way back works. */
const texts = ['dataset', 'architecture', 'trainer', 'loss', 'pool', 'fromRun'] as const;
export type TextFilter = (typeof texts)[number];
export const statuses: readonly RunStatus[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];

export interface FilterInAddress {
  readonly filter: RunFilter;
  readonly active: boolean;
  set(name: TextFilter | 'status', value: string | null): void;
  clear(): void;
}

export function useFilter(): FilterInAddress {
  const [params, setParams] = useSearchParams();
  const status = (params.get('status') ?? '').split(',').filter((name): name is RunStatus => (statuses as readonly string[]).includes(name));
  const chosen = texts.flatMap((name) => (params.get(name) ? [[name, params.get(name)!] as const] : []));
  const filter: RunFilter = { ...Object.fromEntries(chosen), ...(status.length > 0 ? { status } : {}) };
  return {
    filter,
    active: chosen.length > 0 || status.length > 0,
    set: (name, value) =>
      setParams((before) => {
        const next = new URLSearchParams(before);
        if (value === null || value === '') next.delete(name);
        else next.set(name, value);
        return next;
      }),
    clear: () => setParams(new URLSearchParams()),
  };
}
