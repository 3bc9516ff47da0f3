import { useComputedColorScheme } from '@mantine/core';
import { useState } from 'react';
import { cividis } from '../../charts/cividis.ts';
import { axisOf } from './axis.ts';
import type { StudyRunShown } from './operations.ts';
import { shortName } from './parameters.ts';
import { metricOf, metricText, metricTitle } from './metrics.ts';

export interface ParallelProps {
  readonly rows: readonly StudyRunShown[];
  readonly paths: readonly string[];
  /** The last axis, and the color of the lines. */
  readonly metric: string;
  onOpen(runId: string): void;
}

const [width, height, top, foot, side] = [1000, 300, 34, 22, 70];

/** A line a run, from what was set for it to what came out: the pointer shows one, a click opens it. */
export function Parallel({ rows, paths, metric, onOpen }: ParallelProps) {
  const [pointed, setPointed] = useState<string>();
  // The dark end of the map is not seen on a dark page, the light end not on a light one.
  const dark = useComputedColorScheme('light') === 'dark';
  const parameters = (row: StudyRunShown) => row.parameters as Record<string, unknown>;
  const columns = [...paths.map((path) => ({ title: shortName(path, paths), hint: path, read: (row: StudyRunShown): unknown => parameters(row)[path] })), { title: metricTitle(metric), hint: metric, read: (row: StudyRunShown): unknown => metricOf(row, metric) }];
  const axes = columns.map(({ read }, at) => axisOf(rows.map(read), { ofOption: at < paths.length }));
  const x = (at: number) => side + (at * (width - 2 * side)) / Math.max(1, columns.length - 1);
  const y = (share: number) => height - foot - share * (height - top - foot);
  const lines = rows.flatMap((row) => {
    const places = columns.map(({ read }, at) => axes[at]!.place(read(row)));
    return places.every((place) => place !== undefined) ? [{ row, places }] : [];
  });
  const shown = lines.find(({ row }) => row.run.id === pointed)?.row;
  return (
    <figure className="parallel">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Parallel coordinates of ${lines.length} runs: ${columns.map(({ title }) => title).join(', ')}. The table below has the numbers.`}>
        {[...lines].sort((a, b) => Number(a.row.run.id === pointed) - Number(b.row.run.id === pointed)).map(({ row, places }) => {
          const points = places.map((place, at) => `${x(at)},${y(place!)}`).join(' ');
          const quiet = pointed !== undefined && pointed !== row.run.id;
          return (
            <g key={row.run.id} onMouseEnter={() => setPointed(row.run.id)} onMouseLeave={() => setPointed(undefined)} onClick={() => onOpen(row.run.id)} style={{ cursor: 'pointer' }}>
              <polyline points={points} fill="none" stroke="transparent" strokeWidth="12" />
              <polyline points={points} fill="none" stroke={cividis(dark ? 0.42 + 0.58 * places.at(-1)! : 0.84 * places.at(-1)!)} strokeWidth={pointed === row.run.id ? 3.5 : 2} opacity={quiet ? 0.15 : 0.9} strokeLinejoin="round" />
            </g>
          );
        })}
        {columns.map(({ title, hint }, at) => (
          <g key={hint} className="axis">
            <line x1={x(at)} x2={x(at)} y1={y(1)} y2={y(0)} />
            <text x={x(at)} y={16} textAnchor="middle" className="name" data-hint={hint}>{title}{axes[at]!.logarithmic ? ' (log)' : ''}</text>
            {axes[at]!.ticks.map((tick) => {
              const text = at === columns.length - 1 ? metricText(metric, Number(tick.text)) : tick.text;
              return <text key={tick.text} x={x(at) + (at === columns.length - 1 ? 8 : -8)} y={y(tick.at) + 4} textAnchor={at === columns.length - 1 ? 'start' : 'end'}>{text}</text>;
            })}
          </g>
        ))}
      </svg>
      <figcaption className="faint small">{shown === undefined ? `${lines.length} of ${rows.length} runs have ${metricTitle(metric)}; point at a line to read it` : `Run ${shown.run.number}: ${paths.map((path) => `${shortName(path, paths)} ${String(parameters(shown)[path])}`).join(', ')} → ${metricTitle(metric)} ${metricText(metric, metricOf(shown, metric))}`}</figcaption>
    </figure>
  );
}
