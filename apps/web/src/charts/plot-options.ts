import type uPlot from 'uplot';
import { fixed, number } from '../design/format.ts';
import type { LineChartProps } from './line-chart.tsx';

/** What uPlot is told: thin axes, our colors, one cursor for all charts over epochs. */
export function plotOptions(element: HTMLElement, props: LineChartProps & { hover(index: number | null): void }): Omit<uPlot.Options, 'width'> {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: color('--text-faint'), font: '11px Inter Variable', ticks: { show: false }, grid: { stroke: color('--line'), width: 1 } };
  const { series, percent = false, range, xIsTime = false, height = 180, logarithmic = false, hover, xFormat } = props;
  const drawn = series.flatMap((one, at): uPlot.Series[] => {
    const line: uPlot.Series = {
      stroke: color(one.color),
      width: 1.8,
      spanGaps: true,
      ...(one.dash === undefined || one.dash.length === 0 ? {} : { dash: [...one.dash] }),
      points: { size: 5, fill: color(one.color), show: (_plot, _index, from, to) => to - from < 40 },
    };
    const edge: uPlot.Series = { show: true, stroke: 'transparent', width: 0, spanGaps: true, points: { show: false } };
    return one.band === undefined || at > 7 ? [line] : [line, edge, edge];
  });
  return {
    height,
    padding: [8, xIsTime ? 28 : 10, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false }, ...(xIsTime || xFormat !== undefined ? {} : { sync: { key: 'epochs' } }) },
    scales: { x: { time: xIsTime, ...(xIsTime ? {} : { range: (_plot, low, high) => (low === high ? [low - 0.5, high + 0.5] : [low, high]) }) }, y: { ...(logarithmic ? { distr: 3 as const } : {}), ...(range === undefined ? (logarithmic ? {} : { range: roomy }) : { range: [...range] as [number, number] }) } },
    axes: [
      { ...axis, size: 26, grid: { show: false }, ...(xIsTime ? { values: clock, space: 80 } : xFormat !== undefined ? { values: (_plot: uPlot, ticks: (number | null)[]) => ticks.map((tick) => (tick === null ? '' : xFormat(tick))) } : { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] }) },
      { ...axis, size: (_plot, values) => 14 + Math.max(24, ...(values ?? []).map((value) => value.length * 6.3)), values: (_plot, ticks, _axis, _space, step) => ticks.map((tick) => tickText(tick, step, { percent, logarithmic })), space: 34 },
    ],
    series: [{}, ...drawn],
    bands: bandsOf(series, color),
    hooks: { setCursor: [(plot) => hover(plot.cursor.idx ?? null)] },
  };
}

const clock: uPlot.Axis.Values = (_plot, ticks) => ticks.map((tick) => new Date(tick * 1000).toLocaleTimeString('en-GB'));

interface TickForm {
  readonly percent: boolean;
  readonly logarithmic: boolean;
}

/** As many decimals as the step between ticks has, the same for all of them. */
function tickText(tick: number | null, step: number, { percent, logarithmic }: TickForm): string {
  if (tick === null) return '';
  if (logarithmic) return number(tick);
  const scale = percent ? 100 : 1;
  const decimals = [0, 1, 2, 3, 4, 5].find((count) => isWhole(step * scale * 10 ** count)) ?? 6;
  return `${fixed(tick * scale, decimals)}${percent ? ' %' : ''}`;
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6 * Math.max(1, Math.abs(value));
}

/** A little air above and below, and a range where all values are the same. */
function roomy(_plot: uPlot, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const spread = high - low || Math.abs(high) * 0.2 || 1;
  return [low - spread * 0.06, high + spread * 0.06];
}

function bandsOf(series: LineChartProps['series'], color: (name: string) => string): uPlot.Band[] {
  let index = 1;
  return series.flatMap((one) => {
    const here = index;
    index += one.band === undefined ? 1 : 3;
    return one.band === undefined ? [] : [{ series: [here + 2, here + 1], fill: `color-mix(in srgb, ${color(one.color)} 15%, transparent)` }];
  });
}
