import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode } from 'react';
import { integer } from '../../design/format.ts';
import { useNow } from '../../lab/now.ts';
import type { RunListState } from '../../lab/run-list.ts';
import { columns } from './columns.tsx';

const lineHeight = 40;
const template = columns.map(({ width }) => width).join(' ');

export interface RunTableProps {
  readonly list: RunListState & { loadMore(): void };
  readonly selected: readonly string[];
  toggle(id: string): void;
}

/** The runs of which only the lines in sight exist: ten thousand are no more than thirty. */
export function RunTable({ list, selected, toggle }: RunTableProps) {
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
        {columns.map(({ key, title, hint, end }) => (
          <div key={key} role="columnheader" className={end === true ? 'end' : ''} {...(title === '' ? { 'aria-label': 'Choose' } : {})}>
            <span {...(hint === undefined ? {} : { 'data-hint': hint })}>{heading(title)}</span>
          </div>
        ))}
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
      {rows.length < total ? <div className="foot">{`${integer(rows.length)} of ${integer(total)} are here; the others come as you scroll.`}</div> : null}
    </div>
  );
}

/** `E_N` with its index set low. */
function heading(title: string): ReactNode {
  const [letter, index] = title.split('_');
  return index === undefined ? title : <>{letter}<sub>{index}</sub></>;
}
