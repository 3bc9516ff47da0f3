import { Link } from 'wouter';
import { StatusMark } from '../../parts/status-mark.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { subscript } from '../../parts/subscript.tsx';
import { columns, metricOf, metricText, metricTitle } from './metrics.ts';
import type { StudyRunShown } from './operations.ts';
import { shortName } from './parameters.ts';

export interface StudyRunTableProps {
  readonly rows: readonly StudyRunShown[];
  readonly paths: readonly string[];
  readonly metrics: readonly string[];
  readonly order: { readonly sortBy: string | undefined; readonly ascending: boolean };
  /** @param metric undefined: the order of the parameters. */
  onSort(metric: string | undefined, ascending: boolean): void;
}

/** Each run of a study: what was set for it, where it stands, what came out. */
export function StudyRunTable({ rows, paths, metrics, order: { sortBy, ascending }, onSort }: StudyRunTableProps) {
  const next = (name: string) => (sortBy !== name ? onSort(name, false) : ascending ? onSort(undefined, false) : onSort(name, true));
  return (
    <table className="plain study-runs">
      <thead>
        <tr>
          <th>Run</th><th>Status</th>
          {paths.map((path) => <th key={path} className="num" data-hint={path}>{shortName(path, paths)}</th>)}
          {metrics.map((name) => (
            <th key={name} className="num" aria-sort={sortBy !== name ? 'none' : ascending ? 'ascending' : 'descending'}>
              <button type="button" onClick={() => next(name)} data-hint={columns[name]?.hint ?? name}>{subscript(metricTitle(name))}{sortBy !== name ? '' : ascending ? ' ↑' : ' ↓'}</button>
            </th>
          ))}
          <th>Verdict</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.run.id}>
            <td><Link href={`/runs/${row.run.id}`}>{row.run.number}</Link></td>
            <td>{row.run.error === null || row.run.status === 'cancelled' ? <StatusMark status={row.run.status} /> : <span data-hint={row.run.error.message}><StatusMark status={row.run.status} /></span>}</td>
            {paths.map((path) => <td key={path} className="num">{text((row.parameters as Record<string, unknown>)[path])}</td>)}
            {metrics.map((name) => <td key={name} className="num" data-hint={columns[name]?.hint ?? name}>{metricText(name, metricOf(row, name))}</td>)}
            <td><VerdictMark verdict={row.run.verdict} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '–');
}
