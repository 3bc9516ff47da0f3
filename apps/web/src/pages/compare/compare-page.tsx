import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { Link, useSearchParams } from 'wouter';
import { LineChart, type Series } from '../../charts/line-chart.tsx';
import { fixed, number, percent } from '../../design/format.ts';
import type { Measured } from '../../lab/operations/run-events.ts';
import { attackTitle } from '../../parts/attack-name.tsx';
import { EmptyState, Note } from '../../parts/notes.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import './compare.css';
import { RunLetter, mostCompared, runMark } from './marks.tsx';
import { PairedPanel } from './paired-panel.tsx';
import { DifferenceTable, ResultTable } from './tables.tsx';
import { useRuns, type Compared } from './use-runs.ts';

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
  const x = longest(runs);
  const common = { x, xName: 'epoch', empty: 'None of these runs has trained an epoch.' } as const;
  const series = (read: (epoch: Measured) => number | null | undefined): Series[] =>
    runs.map(({ run, history }, at) => {
      const { letter, color, dash } = runMark(at);
      const byEpoch = new Map((history?.epochs ?? []).map((epoch) => [epoch.epoch, read(epoch)]));
      return { key: run.id, name: letter, text: `run ${run.number}`, color, dash, hint: run.name ?? `run ${run.number}`, values: x.map((epoch) => byEpoch.get(epoch) ?? null) };
    });
  const attacks = [...new Set(runs.flatMap(({ run }) => run.spec.evaluation.attacks.map(attackTitle)))];
  const success = (title: string) => (epoch: Measured) => epoch.attacks.find((attack) => attackTitle(attack) === title)?.attackSuccessRate;
  return (
    <div className="charts">
      <LineChart {...common} title="Clean accuracy" text="Clean accuracy over epochs" hint="Share of the test images classified correctly" series={series(({ cleanAccuracy }) => cleanAccuracy)} format={(value) => percent(value)} percent />
      <LineChart {...common} title={<>Network entropy E<sub>N</sub></>} text="Network entropy over epochs" hint="Equation (7), nats per neuron" series={series(({ entropies }) => entropies.networkEntropy)} format={(value) => fixed(value, 3)} />
      <LineChart {...common} title={<>Entropy flow E<sub>T</sub></>} text="Entropy flow over epochs" hint="Equation (8), nats per layer" series={series(({ entropies }) => entropies.entropyFlow)} format={(value) => fixed(value)} />
      <LineChart {...common} title="Total loss" text="Total loss over epochs" hint="Mean over the steps of the epoch. Losses of different kinds cannot be compared." series={series(({ loss }) => loss.find(({ name }) => name === 'total')?.value)} format={(value) => number(value)} />
      {attacks.slice(0, 4).map((title) => (
        <LineChart key={title} {...common} title={`Success of ${title}`} text={`Success of ${title} over epochs`} hint="Found / images classified correctly before" series={series(success(title))} format={(value) => percent(value)} percent range={[-0.02, 1.02]} empty="None of these runs attacks after epochs." />
      ))}
    </div>
  );
}

/** Epochs from 1 to those of the longest run. */
function longest(runs: readonly Compared[]): number[] {
  const most = Math.max(0, ...runs.map(({ history }) => history?.epochs.at(-1)?.epoch ?? 0));
  return Array.from({ length: most }, (_, at) => at + 1);
}
