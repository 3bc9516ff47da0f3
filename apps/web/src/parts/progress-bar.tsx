import { duration, integer, perSecond } from '../design/format.ts';
import type { RunRow } from '../lab/operations/run-row.ts';

/** Share of the whole run that is done, by what it still takes; null where nobody knows. */
export function shareDone(run: Pick<RunRow, 'progress' | 'startedAt' | 'status'>, now: number): number | null {
  if (run.status === 'succeeded') return 1;
  const left = run.progress?.remainingSeconds;
  if (run.startedAt === null || left === null || left === undefined) return null;
  const spent = (now - Date.parse(run.startedAt)) / 1000;
  return Math.min(0.995, Math.max(0, spent / (spent + left)));
}

export function progressHint(progress: NonNullable<RunRow['progress']>): string {
  const rate = progress.rate === null ? '' : `, ${perSecond(progress.rate)} ${progress.unit} a second`;
  const left = progress.remainingSeconds === null ? '' : `\nAbout ${duration(progress.remainingSeconds)} to the end of the run.`;
  return `${progress.label}: ${integer(progress.done)} of ${integer(progress.total)} ${progress.unit}${rate}.${left}`;
}

export function ProgressBar({ share, label }: { readonly share: number | null; readonly label: string }) {
  const known = share === null ? {} : { 'aria-valuenow': Math.round(share * 100) };
  return (
    <div className="bar" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} {...known}>
      <i style={{ width: `${(share ?? 0) * 100}%` }} />
    </div>
  );
}
