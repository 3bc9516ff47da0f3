import { useId, useRef, useState, type ReactNode } from 'react';
import './charts.css';
import { NumberTable } from './number-table.tsx';
import { TableToggle } from './table-toggle.tsx';
import { usePlot } from './use-plot.ts';

export interface Series {
  readonly key: string;
  readonly name: ReactNode;
  /** For those who hear the chart. */
  readonly text: string;
  /** A CSS variable: `--attack-blue`. */
  readonly color: string;
  readonly dash?: readonly number[];
  readonly values: readonly (number | null)[];
  /** An interval around each value. */
  readonly band?: { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] };
  /** Of the value, with unit and denominator. */
  readonly hint?: string;
}

export interface LineChartProps {
  readonly title: ReactNode;
  readonly text: string;
  /** What is drawn, against what, in which unit. */
  readonly hint: string;
  readonly x: readonly number[];
  readonly xName: string;
  /** Of values of x that are no whole numbers. */
  readonly xFormat?: (value: number) => string;
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  /** Values are shares, and the axis gives them in per cent. */
  readonly percent?: boolean;
  /** Fixed ends of the value axis; otherwise those of the values. */
  readonly range?: readonly [number, number];
  readonly xIsTime?: boolean;
  readonly height?: number;
  /** Said instead of a chart that has nothing to show. */
  readonly empty?: ReactNode;
  readonly actions?: ReactNode;
  readonly logarithmic?: boolean;
}

/** Curves that grow while they are looked at; the legend gives the last values, or those under the pointer. */
export function LineChart(props: LineChartProps) {
  const { title, text, hint, x, xName, series, format, empty, actions } = props;
  const [at, setAt] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const holder = useRef<HTMLDivElement>(null);
  const id = useId();
  const nothing = x.length === 0 || series.every(({ values }) => values.every((value) => value === null));
  usePlot(holder, { ...props, hover: setAt }, nothing || asTable);
  const index = at !== null && at < x.length ? at : undefined;
  return (
    <figure className="panel chart" aria-labelledby={id}>
      <header>
        <h3 id={id} data-hint={hint}>{title}</h3>
        <span className="faint small">{index === undefined || props.xIsTime === true ? '' : `${xName} ${props.xFormat?.(x[index]!) ?? x[index]}`}</span>
        <span className="grow" />
        {actions}
        {nothing ? null : <TableToggle shown={asTable} title={text} onChange={setAsTable} />}
      </header>
      <div className="legend">
        {series.map(({ key, name, color, dash, values, hint: meaning }) => {
          const value = index === undefined ? values.findLast((entry) => entry !== null) : values[index];
          return (
            <span key={key} className="entry" {...(meaning === undefined ? {} : { 'data-hint': meaning })}>
              <Stroke color={color} dash={dash ?? []} />
              <span className="soft">{name}</span>
              <b>{value === null || value === undefined ? '–' : format(value)}</b>
            </span>
          );
        })}
      </div>
      {nothing ? <div className="no-chart" style={{ height: props.height ?? 180 }}>{empty ?? 'Comes with the first epoch.'}</div> : asTable ? <NumberTable {...props} /> : <div ref={holder} className="plot" role="img" aria-label={spoken(text, props)} />}
    </figure>
  );
}

function Stroke({ color, dash }: { readonly color: string; readonly dash: readonly number[] }) {
  return (
    <svg width="16" height="8" aria-hidden>
      <line x1="1" y1="4" x2="15" y2="4" stroke={`var(${color})`} strokeWidth="2.6" strokeLinecap="round" strokeDasharray={dash.map((part) => part * 0.8).join(' ')} />
    </svg>
  );
}

function spoken(text: string, { series, x, xName, format }: LineChartProps): string {
  const lasts = series.map(({ text: name, values }) => {
    const value = values.findLast((entry) => entry !== null);
    return `${name} ${value === null || value === undefined ? 'none' : format(value)}`;
  });
  return `${text}. At ${xName} ${x.at(-1)}: ${lasts.join(', ')}.`;
}
