import { useEffect } from 'react';
import { Link } from 'wouter';
import { useRun, useRunHistory } from '../../lab/use-run.ts';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';
import { ChartsView } from './charts-view.tsx';
import { EvaluationView } from './evaluation-view.tsx';
import { LogView } from './log-view.tsx';
import { OptionsView } from './options-view.tsx';
import { RunHead } from './run-head.tsx';
import { ArtifactsView } from './artifacts-view.tsx';
import './run.css';

const views = { charts: 'Charts', evaluation: 'Evaluation', log: 'Log', options: 'Options', artifacts: 'Artifacts' } as const;
type View = keyof typeof views;

/** One run, as it happens. */
export default function RunPage({ id, view }: { readonly id: string; readonly view: string }) {
  const { run, unknown, error, put } = useRun(id);
  const history = useRunHistory(id, run);
  const name = run === undefined ? '' : (run.name ?? `Run ${run.number}`);
  useEffect(() => void (document.title = `${name || 'Run'} · Entropic Lab`), [name]);
  if (unknown) {
    return (
      <EmptyState title="No run has this id" action={<Link href="/">To the runs</Link>}>
        <code>{id}</code> may be of another lab, or the address may have been cut off.
      </EmptyState>
    );
  }
  if (run === undefined) return error === undefined ? <div className="loading">Loading…</div> : <div className="page"><ErrorNote error={error} /></div>;
  const shown: View = Object.hasOwn(views, view) ? (view as View) : 'charts';
  return (
    <div className="page">
      <RunHead run={run} history={history} onChanged={put} />
      {history?.error === undefined ? null : <ErrorNote error={history.error} />}
      <nav className="views" aria-label="Views of the run">
        {Object.entries(views).map(([key, title]) => (
          <Link key={key} href={key === 'charts' ? `/runs/${id}` : `/runs/${id}/${key}`} {...(key === shown ? { 'aria-current': 'page' as const } : {})}>
            {title}
          </Link>
        ))}
      </nav>
      {history === undefined ? null : (
        <>
          {shown === 'charts' ? <ChartsView run={run} history={history} /> : null}
          {shown === 'evaluation' ? <EvaluationView run={run} history={history} /> : null}
          {shown === 'log' ? <LogView history={history} /> : null}
          {shown === 'options' ? <OptionsView run={run} history={history} /> : null}
          {shown === 'artifacts' ? <ArtifactsView run={run} history={history} /> : null}
        </>
      )}
    </div>
  );
}
