import { Button } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { totalWords } from './total-words.ts';
import { askAhead } from '../../lab/run-list.ts';
import { useRunList } from '../../lab/use-run-list.ts';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';
import { columns } from './columns.tsx';
import { RunTable } from './run-table.tsx';
import './runs.css';
import { sortOf, useFilter, wantedBy, type Wanted } from './use-filter.ts';

// What the first page can do without until its rows are there.
const Filters = lazy(() => import('./filters.tsx').then(({ Filters: component }) => ({ default: component })));
const BulkBar = lazy(() => import('./bulk-bar.tsx').then(({ BulkBar: component }) => ({ default: component })));

const orderOf = ({ sortedBy, descending }: Wanted) => sortOf(columns.find(({ key }) => key === sortedBy)?.sort, descending);

/** Asks for the runs of an address ahead of the page that will show them. */
export function askForRuns(address: URL): void {
  const wanted = wantedBy(address.searchParams);
  if (address.pathname === '/') askAhead(wanted.filter, orderOf(wanted));
}

/** All runs, live. */
export function RunsPage() {
  const filters = useFilter();
  const [selected, setSelected] = useState<readonly string[]>([]);
  const toggle = (id: string) => setSelected((before) => (before.includes(id) ? before.filter((other) => other !== id) : [...before, id]));
  const list = useRunList(filters.filter, orderOf(filters));
  useHotkeys([['/', () => document.querySelector<HTMLInputElement>('input[data-search]')?.focus()]]);
  useEffect(() => void (document.title = 'Runs · Entropic Lab'), []);
  const nothing = !list.loading && list.rows.length === 0 && list.error === undefined;
  return (
    <div className="page runs-page">
      <div className="title">
        <h1>Runs</h1>
        <span className="faint" aria-live="polite">
          {list.loading && list.rows.length === 0 ? '' : `${totalWords(list.total)}${filters.active ? ' that match' : ''}`}
        </span>
        <span className="grow" />
        {selected.length === 0 ? null : (
          <Suspense><BulkBar selected={selected} away={filters.filter.archived === 'only'} none={() => setSelected([])} /></Suspense>
        )}
        <Suspense fallback={<div className="filters" />}><Filters {...filters} /></Suspense>
      </div>
      {list.error === undefined ? null : <ErrorNote error={list.error} />}
      {nothing ? <Nothing filtered={filters.active} clear={filters.clear} /> : <RunTable list={list} order={filters} selected={selected} toggle={toggle} />}
    </div>
  );
}

function Nothing({ filtered, clear }: { readonly filtered: boolean; readonly clear: () => void }) {
  if (filtered) {
    return (
      <EmptyState title="No run matches" action={<Button variant="default" onClick={clear}>Clear filters</Button>}>
        There are runs perhaps, but none that passes every filter above.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No runs yet" action={<Button component={Link} href="/new">Start a run</Button>}>
      A run trains a network, attacks it and says what the attacks found. The first takes some two minutes on two cores.
    </EmptyState>
  );
}
