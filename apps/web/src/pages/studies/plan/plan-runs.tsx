import type { RecordedPlan } from '@entropic-lab/protocol';
import { Link } from 'wouter';
import { duration } from '../../../design/format.ts';
import { StatusMark } from '../../../parts/status-mark.tsx';
import { VerdictMark } from '../../../parts/verdict-mark.tsx';
import type { PlanShown } from './use-plan.ts';

/** Every run of the plan, also those that wait for what they start from. */
export function PlanRuns({ plan, runs }: { readonly plan: RecordedPlan; readonly runs: PlanShown['runs'] }) {
  return (
    <section className="panel" aria-label="Runs">
      <header><h2>Runs</h2></header>
      <div className="inside scroll-x">
        <table className="plain">
          <thead><tr><th>Run</th><th>What</th><th>Status</th><th>Now</th><th className="num">Time</th><th>Verdict</th></tr></thead>
          <tbody>{plan.runs.map(({ key, title }) => <Row key={key} name={key} title={title} run={runs.get(key)} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ name, title, run }: { readonly name: string; readonly title: string; readonly run: ReturnType<PlanShown['runs']['get']> }) {
  if (run === undefined) return <tr><td /><td data-hint={name}>{title}</td><td className="faint" colSpan={4}>starts when those before it have ended</td></tr>;
  const { id, number, status, error, progress, verdict, startedAt, finishedAt } = run;
  const seconds = startedAt === null || finishedAt === null ? undefined : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
  return (
    <tr>
      <td><Link href={`/runs/${id}`}>{number}</Link></td>
      <td data-hint={name}>{title}</td>
      <td>{error === null ? <StatusMark status={status} /> : <span data-hint={error.message}><StatusMark status={status} /></span>}</td>
      <td className="soft">{status === 'running' && progress !== null ? `${progress.label}${progress.remainingSeconds === null ? '' : `, ${duration(progress.remainingSeconds)} left`}` : ''}</td>
      <td className="num">{duration(seconds)}</td>
      <td><VerdictMark verdict={verdict} /></td>
    </tr>
  );
}
