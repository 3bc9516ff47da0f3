import type { RunStatus } from '@entropic-lab/protocol';
import { integer } from '../../design/format.ts';
import type { StudyShown } from './operations.ts';

const order: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled', 'running', 'queued'];
const fills: Readonly<Record<RunStatus, string>> = { succeeded: 'var(--good)', failed: 'var(--bad)', cancelled: 'var(--text-faint)', running: 'var(--accent)', queued: 'var(--line-strong)' };

/** How many runs of a study stand where. */
export function CountsBar({ counts, plan, runCount }: Pick<StudyShown, 'counts' | 'plan' | 'runCount'>) {
  const recorded = order.reduce((sum, status) => sum + counts[status], 0);
  // Runs of a plan that have not begun are not recorded yet.
  const all = plan === null ? recorded : Math.max(recorded, runCount);
  const text = order.filter((status) => counts[status] > 0).map((status) => `${integer(counts[status])} ${status}`).join(', ') || 'none is left';
  const done = counts.succeeded + counts.failed + counts.cancelled;
  return (
    <span className="counts" data-hint={`Of ${integer(all)} runs: ${text}`}>
      <span className="number">{integer(done)} / {integer(all)}</span>
      <svg width="140" height="8" viewBox={`0 0 ${Math.max(1, all)} 8`} preserveAspectRatio="none" role="img" aria-label={text}>
        {order.map((status, at) => <rect key={status} x={order.slice(0, at).reduce((sum, before) => sum + counts[before], 0)} width={counts[status]} height="8" fill={fills[status]} />)}
      </svg>
    </span>
  );
}
