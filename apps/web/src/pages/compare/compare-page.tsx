import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { Link, useSearchParams } from 'wouter';
import { LineChart, type Series } from '../../charts/line-chart.tsx';
import { fixed, number, percent } from '../../design/format.ts';
import { attackTitle } from '../../parts/attack-name.tsx';
import { EmptyState, Note } from '../../parts/notes.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import './compare.css';
import { RunLetter, runMark } from './marks.tsx';
import { mostCompared } from './most.ts';
import { PairedPanel } from './paired-panel.tsx';
import { DifferenceTable, ResultTable } from './tables.tsx';
import { successOf, useRuns, type Compared } from './use-runs.ts';

/** Runs side by side: curves on one axis, what they were asked, what came out, and whether it is chance. */
export default function ComparePage() {
  const [params, setParams] = useSearchParams();
  const ids = (params.get('runs') ?? '').split(',').filter((id) => id !== '').slice(0, mostCompared);
  const { runs, pending, missing } = useRuns(ids);
  useEffect(() => void (document.title = 'Compare · Entropic Lab'), []);
  if (ids.length < 2) {
    return (
      <EmptyState title="Choose runs to compare" action={<Button component={Link} href="/">To the runs</Button>}>
        Tick two to {mostCompared} runs in the table, then Compare. A run and the one whose weights it began with make a good pair.
      </EmptyState>
    );
  }
  if (pending && runs.length === 0) return <div className="loading">Loading…</div>;
  const drop = (id: string) => setParams({ runs: ids.filter((other) => other !== id).join(',') });
  return (
    <div className="page">
      <div className="title"><h1>Compare</h1><span className="faint">{runs.length} runs</span></div>
      {missing.length === 0 ? null : <Note kind="warn">No run has the id {missing.join(', ')}.</Note>}
      <div className="compared">
        {runs.map(({ run }, at) => (
          <span key={run.id} className="one">
            <RunLetter at={at} /> <Link href={`/runs/${run.id}`}>{run.number} {run.name ?? run.architecture}</Link> <StatusMark status={run.status} word={false} />
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => drop(run.id)} aria-label={`Leave out run ${run.number}`}>×</Button>
          </span>
        ))}
      </div>
      <Curves runs={runs} />
      <ResultTable runs={runs} />
      <PairedPanel runs={runs} />
      <DifferenceTable runs={runs} />
    </div>
  );
}

function Curves({ runs }: { readonly runs: readonly Compared[] }) {
  const of = (name: string) => {
    const x = [...new Set(runs.flatMap(({ series }) => [...(series.get(name)?.keys() ?? [])]))].sort((a, b) => a - b);
    const series = runs.map(({ run, series: curves }, at): Series => {
      const { letter, color, dash } = runMark(at);
      return { key: run.id, name: letter, text: `run ${run.number}`, color, dash, hint: run.name ?? `run ${run.number}`, values: x.map((epoch) => curves.get(name)?.get(epoch) ?? null) };
    });
    return { x, series, xName: 'epoch', empty: 'None of these runs has trained an epoch.' } as const;
  };
  const attacks = [...new Map(runs.flatMap(({ run }) => run.spec.evaluation.attacks.map((attack) => [attackTitle(attack), attack] as const)))];
  return (
    <div className="charts">
      <LineChart {...of('cleanAccuracy')} title="Clean accuracy" text="Clean accuracy over epochs" hint="Share of the test images classified correctly" format={(value) => percent(value)} percent />
      <LineChart {...of('networkEntropy')} title={<>Network entropy E<sub>N</sub></>} text="Network entropy over epochs" hint="Equation (7), nats (to base 2: bits) per neuron" format={(value) => fixed(value, 3)} />
      <LineChart {...of('entropyFlow')} title={<>Entropy flow E<sub>T</sub></>} text="Entropy flow over epochs" hint="Equation (8), nats (to base 2: bits) per layer" format={(value) => fixed(value)} />
      <LineChart {...of('loss.total')} title="Total loss" text="Total loss over epochs" hint="Mean over the steps of the epoch. Losses of different kinds cannot be compared." format={(value) => number(value)} />
      {attacks.slice(0, 4).map(([title, attack]) => (
        <LineChart key={title} {...of(successOf(attack))} title={`Success of ${title}`} text={`Success of ${title} over epochs`} hint="Found / images classified correctly before" format={(value) => percent(value)} percent range={[-0.02, 1.02]} empty="None of these runs attacks after epochs." />
      ))}
    </div>
  );
}
