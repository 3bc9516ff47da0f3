import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { integer } from '../../design/format.ts';
import { useNow } from '../../lab/now.ts';
import type { RunListState } from '../../lab/run-list.ts';
import { subscript } from '../../parts/subscript.tsx';
import { totalWords } from './total-words.ts';
import { columns, type Column } from './columns.tsx';
import type { FilterInAddress } from './use-filter.ts';

const lineHeight = 40;
const template = columns.map(({ width }) => width).join(' ');

export interface RunTableProps {
  readonly list: RunListState & { loadMore(): void };
  readonly selected: readonly string[];
  readonly order: Pick<FilterInAddress, 'sortedBy' | 'descending' | 'sortBy'>;
  toggle(id: string): void;
}

/** The runs of which only the lines in sight exist: ten thousand are no more than thirty. */
export function RunTable({ list, selected, order, toggle }: RunTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow(5000);
  const { rows, more, loading, total } = list;
  const lines = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => lineHeight, overscan: 12 });
  const shown = lines.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && last > rows.length - 60) list.loadMore();
  });
  return (
    <div className="runs-table" ref={scroller} role="table" aria-label="Runs" aria-rowcount={total + 1} tabIndex={0}>
      <div className="head run-grid" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        {columns.map((column) => <Heading key={column.key} column={column} order={order} />)}
      </div>
      <div className="body" role="rowgroup" style={{ height: lines.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const run = rows[index]!;
          const state = { now, selected: selected.includes(run.id), select: () => toggle(run.id) };
          return (
            <div key={run.id} className="line run-grid" role="row" data-selected={state.selected} aria-rowindex={index + 2} style={{ gridTemplateColumns: template, transform: `translateY(${start}px)` }}>
              {columns.map(({ key, cell, end }) => (
                <div key={key} role="cell" className={end === true ? 'end' : ''}>
                  {cell(run, state)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {rows.length < total ? <div className="foot">{`${integer(rows.length)} of ${totalWords(total)} are here; the others come as you scroll.`}</div> : null}
    </div>
  );
}

/** The first click sorts the largest or latest first, the second the other way, the third the newest runs first again. */
function Heading({ column: { key, title, hint, end, sort }, order: { sortedBy, descending, sortBy } }: { readonly column: Column; readonly order: RunTableProps['order'] }) {
  const sorted = sortedBy === key ? (descending ? 'descending' : 'ascending') : 'none';
  const hinted = hint === undefined ? {} : { 'data-hint': hint };
  const next = () => (sorted === 'none' ? sortBy(key, true) : sorted === 'descending' ? sortBy(key, false) : sortBy(undefined, true));
  return (
    <div role="columnheader" className={end === true ? 'end' : ''} {...(title === '' ? { 'aria-label': 'Choose' } : {})} {...(sort === undefined ? {} : { 'aria-sort': sorted })}>
      {sort === undefined ? <span {...hinted}>{subscript(title)}</span> : <button type="button" className="sorter" onClick={next} {...hinted}>{subscript(title)}{sorted === 'none' ? null : <span aria-hidden>{sorted === 'descending' ? ' ↓' : ' ↑'}</span>}</button>}
    </div>
  );
}
