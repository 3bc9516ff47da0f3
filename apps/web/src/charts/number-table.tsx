import type { LineChartProps, Series } from './line-chart.tsx';

export interface NumberTableProps extends Pick<LineChartProps, 'x' | 'xName' | 'xFormat' | 'xIsTime' | 'format' | 'height'> {
  readonly series: readonly Pick<Series, 'key' | 'text' | 'values'>[];
}

/** The numbers of a chart, the latest first, for those who would rather read or copy them. */
export function NumberTable({ x, xName, xFormat, xIsTime, series, format, height = 180 }: NumberTableProps) {
  const place = (value: number): string => xFormat?.(value) ?? (xIsTime === true ? new Date(value * 1000).toLocaleTimeString('en-GB') : String(value));
  return (
    <div className="numbers" style={{ height }} tabIndex={0} role="group" aria-label="Numbers of the chart">
      <table className="plain small">
        <thead><tr><th>{xName}</th>{series.map(({ key, text }) => <th key={key} className="num">{text}</th>)}</tr></thead>
        <tbody>
          {x.map((value, at) => (
            <tr key={value}><td>{place(value)}</td>{series.map(({ key, values }) => <td key={key} className="num">{values[at] === null || values[at] === undefined ? '–' : format(values[at])}</td>)}</tr>
          )).reverse()}
        </tbody>
      </table>
    </div>
  );
}
