import { Button, SegmentedControl } from '@mantine/core';
import { LabError, type RecordedPlan } from '@entropic-lab/protocol';
import { markRule, verdictRule } from '@entropic-lab/studies';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { moment } from '../../../design/format.ts';
import { lab } from '../../../lab/lab.ts';
import { ErrorNote } from '../../../parts/notes.tsx';
import { CountsBar } from '../counts-bar.tsx';
import type { StudyShown } from '../operations.ts';
import { PlanFigures } from './plan-figures.tsx';
import { PlanRuns } from './plan-runs.tsx';
import { PlanTables } from './plan-tables.tsx';
import './plan.css';
import { usePlan } from './use-plan.ts';

/** A paper repeated: its tables and figures, which fill as runs end. */
export function PlanPage({ study }: { readonly study: StudyShown }) {
  // The lab has checked it when it was recorded.
  const plan = study.plan as RecordedPlan;
  const { value, error, again } = usePlan(study.id, plan);
  const [problem, setProblem] = useState<LabError>();
  const [params, setParams] = useSearchParams();
  const models = [...new Set([...plan.tables, ...plan.figures].map((part) => part.model))];
  const model = models.find((one) => one === params.get('model')) ?? models[0];
  const cancel = () => lab.cancelStudy(study.id).then(again, (thrown: unknown) => setProblem(LabError.from(thrown)));
  return (
    <div className="page plan">
      <div className="title">
        <h1><span className="faint" style={{ fontWeight: 400 }}>{study.number}</span> {study.name ?? plan.title}</h1>
        <CountsBar {...study} />
        <span className="faint small">recorded {moment(study.createdAt)}</span>
        <span className="grow" />
        <Button size="xs" variant="default" component={Link} href={`/?study=${study.id}`}>In the table of runs</Button>
        {study.ended ? null : <Button size="xs" variant="default" onClick={() => void cancel()} data-hint="Cancels its runs that wait or are computed">Cancel</Button>}
      </div>
      {[error, problem].map((one, at) => (one === undefined ? null : <ErrorNote key={at} error={one} />))}
      <Question plan={plan} />
      {value === undefined ? <div className="loading">Loading…</div> : (
        <>
          {models.length < 2 ? null : <SegmentedControl className="networks" size="xs" aria-label="Network" data={models} value={model!} onChange={(chosen) => setParams({ model: chosen }, { replace: true })} />}
          <PlanTables tables={plan.tables.filter((table) => table.model === model)} runs={plan.runs} outcomes={value.outcomes} />
          <PlanFigures figures={plan.figures.filter((figure) => figure.model === model)} pointsOf={value.pointsOf} />
          <PlanRuns plan={plan} runs={value.runs} />
        </>
      )}
    </div>
  );
}

function Question({ plan: { citation, introduction } }: { readonly plan: RecordedPlan }) {
  const cited = `${citation.authors}, “${citation.title}” (${citation.year})`;
  return (
    <details className="panel question">
      <summary>What is asked, and how: {cited}</summary>
      <div className="inside">
        {citation.url === undefined ? null : <p><a href={citation.url} target="_blank" rel="noreferrer">{citation.url}</a></p>}
        {introduction.map((paragraph, at) => <p key={at}>{paragraph.replaceAll('*', '')}</p>)}
        <p className="soft">Marks: {markRule}</p>
        <p className="soft">Audit: {verdictRule}</p>
      </div>
    </details>
  );
}
