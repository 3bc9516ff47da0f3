import type { RunFilter, RunSort } from '@entropic-lab/client';
import type { RunStatus, Verdict } from '@entropic-lab/protocol';
import { useSearchParams } from 'wouter';
import { verdicts } from '../../parts/verdict-mark.tsx';

/** Filters and order in the address: what is seen can be sent to somebody else, and the way back works. */
const texts = ['dataset', 'architecture', 'trainer', 'loss', 'pool', 'fromRun', 'search', 'study'] as const;
export type TextFilter = (typeof texts)[number];
const lists = ['status', 'verdict', 'tags'] as const;
export type ListFilter = (typeof lists)[number];
export const statuses: readonly RunStatus[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];

/** What an address asks of the list of runs. */
export interface Wanted {
  readonly filter: RunFilter;
  readonly active: boolean;
  /** Key of the column by which the table is sorted. */
  readonly sortedBy: string | undefined;
  readonly descending: boolean;
}

export function wantedBy(params: URLSearchParams): Wanted {
  const list = (name: ListFilter): string[] => params.getAll(name).filter((entry) => entry !== '');
  const known = <T extends string>(name: ListFilter, all: readonly T[]): T[] => list(name).filter((entry): entry is T => (all as readonly string[]).includes(entry));
  const chosen = texts.flatMap((name) => (params.get(name) ? [[name, params.get(name)!] as const] : []));
  const many: Pick<RunFilter, ListFilter> = { status: known('status', statuses), verdict: known<Verdict>('verdict', verdicts), tags: list('tags') };
  const given = Object.entries(many).filter(([, entries]) => (entries ?? []).length > 0);
  const archived = params.get('archived') === 'only' ? ({ archived: 'only' } as const) : {};
  return {
    filter: { ...Object.fromEntries([...chosen, ...given]), ...archived },
    active: chosen.length + given.length + Object.keys(archived).length > 0,
    sortedBy: params.get('sort') ?? undefined,
    descending: params.get('order') !== 'ascending',
  };
}

export interface FilterInAddress extends Wanted {
  set(name: TextFilter | ListFilter | 'archived', value: string | readonly string[] | null): void;
  /** @param column undefined: newest first. */
  sortBy(column: string | undefined, descending: boolean): void;
  clear(): void;
}

export function useFilter(): FilterInAddress {
  const [params, setParams] = useSearchParams();
  const change = (entries: Readonly<Record<string, string | readonly string[] | null>>, replace = false) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      for (const [name, value] of Object.entries(entries)) {
        next.delete(name);
        for (const one of value === null || value === '' ? [] : [value].flat()) next.append(name, one);
      }
      return next;
    }, { replace });
  return {
    ...wantedBy(params),
    set: (name, value) => change({ [name]: value }, name === 'search'),
    sortBy: (column, descending) => change({ sort: column ?? null, order: column === undefined || descending ? null : 'ascending' }),
    clear: () => change(Object.fromEntries([...texts, ...lists, 'archived'].map((name) => [name, null]))),
  };
}

/** The order of a column, as the lab is asked for it. */
export function sortOf(by: Pick<RunSort, 'by' | 'name'> | undefined, descending: boolean): RunSort | undefined {
  return by === undefined ? undefined : { ...by, descending };
}
