import { useEffect } from 'react';
import { Link } from 'wouter';
import { ago, moment } from '../../design/format.ts';
import { lab } from '../../lab/lab.ts';
import { useNow } from '../../lab/now.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { useRunChanges } from '../../lab/use-run-changes.ts';
import { CopyCode } from '../../parts/copy-code.tsx';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';
import { CountsBar } from './counts-bar.tsx';
import { StudyRows, type StudyShown } from './operations.ts';
import { differing } from './parameters.ts';
import './studies.css';

const example = `mutation {
  sweep(input: {
    name: "learning rate and batch"
    base: { dataset: { name: "mnist", trainLimit: 2000 }, model: { architecture: "lenet5" }, training: { epochs: 3, optimizer: { kind: "adam" } }, evaluation: { examples: 50, attacks: [{ plugin: "fgsm", epsilon: 0.1 }] } }
    parameters: [{ path: "training.optimizer.learningRate", values: [3e-4, 1e-3, 3e-3] }, { path: "training.batchSize", values: [16, 64] }]
  }) { id }
}`;

/** Sweeps and reproductions: runs that ask one question together. */
export default function StudiesPage() {
  const { value, error, again } = useAnswer('studies', () => lab.ask(StudyRows, { olderThan: null }));
  const now = useNow(5000);
  useRunChanges({}, again);
  useEffect(() => void (document.title = 'Studies · Entropic Lab'), []);
  const studies = value?.studies;
  return (
    <div className="page">
      <div className="title"><h1>Studies</h1><span className="faint">{studies?.length ?? ''}</span></div>
      {error === undefined ? null : <ErrorNote error={error} />}
      {studies?.length === 0 ? <EmptyState title="No studies yet">A study varies options over a grid, or by chance, and gathers the runs in one table; or it repeats a paper, table by table. Start the first kind with the mutation below, for instance on the page API, and the second with <code>npx entropic reproduce sperl2021 --url {location.origin}</code>.</EmptyState> : null}
      {studies === undefined || studies.length === 0 ? null : (
        <div className="panel"><div className="inside scroll-x">
          <table className="plain">
            <thead><tr><th>Study</th><th data-hint="What differs between its runs">Varies</th><th data-hint="Runs that have ended / all runs of the study">Runs</th><th className="num" data-hint="Runs of it that are computed at a time">At a time</th><th className="num">Recorded</th></tr></thead>
            <tbody>{studies.map((study) => <Row key={study.id} study={study} now={now} />)}</tbody>
          </table>
        </div></div>
      )}
      {studies?.length === 0 ? <CopyCode title="A grid of six runs, some three minutes on two cores" text={example} /> : null}
    </div>
  );
}

function Row({ study, now }: { readonly study: StudyShown; readonly now: number }) {
  return (
    <tr>
      <td><Link href={`/studies/${study.id}`}><span className="faint">{study.number}</span> {study.name ?? 'without a name'}</Link></td>
      <td>{study.plan === null ? differing(study.spec).map(({ path }) => <code key={path} className="parameter">{path}</code>) : 'a paper, repeated'}</td>
      <td><CountsBar {...study} /></td>
      <td className="num">{study.concurrency ?? 'all'}</td>
      <td className="num" data-hint={moment(study.createdAt)}>{ago(study.createdAt, now)}</td>
    </tr>
  );
}
