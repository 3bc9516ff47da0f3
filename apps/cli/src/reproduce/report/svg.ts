import { escaped } from './escape.ts';

export interface Curve {
  readonly title: string;
  readonly points: readonly (readonly [epoch: number, value: number])[];
}

export interface Chart {
  readonly title: string;
  readonly axis: string;
  readonly curves: readonly Curve[];
  /** A share, drawn from 0 to 1. Default false. */
  readonly share?: boolean;
}

/** Okabe and Ito's colors, which people with any color vision tell apart. */
const colors = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];
const frame = { width: 560, height: 280, left: 64, right: 16, top: 14, bottom: 44 };

/** One curve may lie on another: each has its own dashes, so that the one below shows through, and black and white paper tells them apart. */
const dashes = ['', '7 4', '2 3', '10 3 2 3', '4 2', '1 2'];

/** A line chart as SVG: epochs across, a legend below. Black and colors that hold on white paper. */
export function lineChart({ title, axis, curves, share = false }: Chart): string {
  const points = curves.flatMap((curve) => curve.points);
  const legend = curves.map((curve, i) => `${line(i, `x1="${frame.left}" x2="${frame.left + 26}" y1="${frame.height + 10 + 16 * i}" y2="${frame.height + 10 + 16 * i}"`)}<text x="${frame.left + 34}" y="${frame.height + 14 + 16 * i}">${escaped(curve.title)}${curve.points.length === 0 ? ' (not run)' : ''}</text>`);
  const height = frame.height + 16 * curves.length + 8;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${frame.width} ${height}" role="img" aria-label="${escaped(title)}" font-family="sans-serif" font-size="12">`;
  if (points.length === 0) return `${open}<text x="${frame.left}" y="40">not run</text>${legend.join('')}</svg>`;
  const first = Math.min(1, ...points.map(([epoch]) => epoch));
  const span = [first, Math.max(first + 1, ...points.map(([epoch]) => epoch))] as const;
  const x = scale(span, [frame.left, frame.width - frame.right]);
  const values = points.map(([, value]) => value);
  const range = share ? ([0, 1] as const) : padded(Math.min(...values), Math.max(...values));
  const y = scale(range, [frame.height - frame.bottom, frame.top]);
  const grid = ticks(range).map((value) => `<line x1="${frame.left}" x2="${frame.width - frame.right}" y1="${round(y(value))}" y2="${round(y(value))}" stroke="#ddd"/><text x="${frame.left - 6}" y="${round(y(value)) + 4}" text-anchor="end">${share ? `${Math.round(100 * value)} %` : label(value)}</text>`);
  const epochs = [...new Set([first, ...ticks(span)].map(Math.round))].map((epoch) => `<text x="${round(x(epoch))}" y="${frame.height - frame.bottom + 18}" text-anchor="middle">${epoch}</text>`);
  const lines = curves.map(({ points: all }, i) => drawn(all.map(([epoch, value]) => [round(x(epoch)), round(y(value))]), i));
  const names = `<text x="${frame.width / 2}" y="${frame.height - 8}" text-anchor="middle">epoch</text><text transform="translate(14 ${frame.height / 2 - 10}) rotate(-90)" text-anchor="middle">${escaped(axis)}</text>`;
  return `${open}${grid.join('')}${epochs.join('')}${names}${lines.join('')}${legend.join('')}</svg>`;
}

function drawn(points: readonly (readonly number[])[], index: number): string {
  const path = points.map(([x, y]) => `${x},${y}`).join(' ');
  const dots = points.length > 40 ? '' : points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.5" fill="${colorOf(index)}"/>`).join('');
  return `<polyline points="${path}" fill="none" ${strokeOf(index)}/>${dots}`;
}

function line(index: number, place: string): string {
  return `<line ${place} ${strokeOf(index)}/>`;
}

function strokeOf(index: number): string {
  const dash = dashes[index % dashes.length]!;
  return `stroke="${colorOf(index)}" stroke-width="1.8"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}`;
}

function scale([from, to]: readonly [number, number], [low, high]: readonly [number, number]): (value: number) => number {
  return (value) => low + ((value - from) / (to - from)) * (high - low);
}

function padded(low: number, high: number): readonly [number, number] {
  const margin = high > low ? (high - low) * 0.08 : Math.max(Math.abs(high) * 0.1, 1e-3);
  return [low - margin, high + margin];
}

/** Some five round numbers within the range. */
function ticks([low, high]: readonly [number, number]): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

function label(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function colorOf(index: number): string {
  return colors[index % colors.length]!;
}
