import { Button, Select } from '@mantine/core';
import { LabError } from '@entropic-lab/protocol';
import { useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { moment } from '../../design/format.ts';
import { lab } from '../../lab/lab.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { CopyCode } from '../../parts/copy-code.tsx';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';
import { CountsBar } from './counts-bar.tsx';
import { columns, metricTitle } from './metrics.ts';
import { MetricNames } from './operations.ts';
import { Parallel } from './parallel.tsx';
import { differing } from './parameters.ts';
import { PlanPage } from './plan/plan-page.tsx';
import { StudyRunTable } from './run-table.tsx';
import './studies.css';
import { useStudy } from './use-study.ts';

/** One study: where its runs stand, and what came of what was varied. */
export default function StudyPage({ id }: { readonly id: string }) {
  const [params, setParams] = useSearchParams();
  const [, go] = useLocation();
  const [problem, setProblem] = useState<LabError>();
  const metric = params.get('metric') ?? 'cleanAccuracy';
  const names = [...new Set([...Object.keys(columns), metric])];
  const sortBy = params.get('sort') ?? undefined;
  const ascending = params.get('order') === 'ascending';
  const { value: study, error, pending, again } = useStudy(id, { sortBy, ascending, names });
  const offered = useAnswer('metric names', () => lab.ask(MetricNames, {}));
  const name = study?.name ?? (study == null ? '' : `Study ${study.number}`);
  useEffect(() => void (document.title = `${name || 'Study'} · Entropic Lab`), [name]);
  if (study === null) return <EmptyState title="No study has this id" action={<Link href="/studies">To the studies</Link>}>It may be of another lab, or the address may have been cut off.</EmptyState>;
  if (study === undefined) return error === undefined || pending ? <div className="loading">Loading…</div> : <div className="page"><ErrorNote error={error} /></div>;
  if (study.plan !== null) return <PlanPage study={study} />;
  const paths = differing(study.spec).map(({ path }) => path);
  const choices = [...new Set([...Object.keys(columns), ...(offered.value?.metricNames ?? []).filter(({ isOption }) => !isOption).map((one) => one.name)])];
  const change = (entries: Readonly<Record<string, string | undefined>>) => setParams((before) => {
    const next = new URLSearchParams(before);
    for (const [key, value] of Object.entries(entries)) {
      if (value === undefined) next.delete(key);
      else next.set(key, value);
    }
    return next;
  });
  const cancel = () => lab.cancelStudy(id).then(again, (thrown: unknown) => setProblem(LabError.from(thrown)));
  return (
    <div className="page">
      <div className="title">
        <h1><span className="faint" style={{ fontWeight: 400 }}>{study.number}</span> {study.name ?? 'Study'}</h1>
        <CountsBar {...study} />
        <span className="faint small">recorded {moment(study.createdAt)}{study.concurrency === null ? '' : `, ${study.concurrency} at a time`}</span>
        <span className="grow" />
        <Button size="xs" variant="default" component={Link} href={`/?study=${id}`}>In the table of runs</Button>
        {study.ended ? null : <Button size="xs" variant="default" onClick={() => void cancel()} data-hint="Cancels its runs that wait or are computed">Cancel</Button>}
      </div>
      {problem === undefined ? null : <ErrorNote error={problem} />}
      <Panel title="What came of what was varied" action={<Select size="xs" w={240} aria-label="Metric" searchable data={choices.map((value) => ({ value, label: metricTitle(value) }))} value={metric} onChange={(value) => change({ metric: value ?? undefined })} allowDeselect={false} />}>
        <Parallel rows={study.table} paths={paths} metric={metric} onOpen={(run) => go(`/runs/${run}`)} />
      </Panel>
      <Panel title="Runs"><StudyRunTable rows={study.table} paths={paths} metrics={names} order={{ sortBy, ascending }} onSort={(sort, up) => change({ sort, order: up ? 'ascending' : undefined })} /></Panel>
      <CopyCode title="The whole request: as an input of sweep it asks for the same again" text={JSON.stringify(study.spec, null, 2)} />
    </div>
  );
}

function Panel({ title, action, children }: { readonly title: string; readonly action?: ReactNode; readonly children: ReactNode }) {
  return <section className="panel" aria-label={title}><header><h2>{title}</h2><span className="grow" />{action}</header><div className="inside scroll-x">{children}</div></section>;
}
