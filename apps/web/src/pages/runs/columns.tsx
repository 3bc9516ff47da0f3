import { Checkbox } from '@mantine/core';
import type { RunSort } from '@entropic-lab/client';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ago, duration, fixed, moment, percent } from '../../design/format.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import { AttackSwatch } from '../../parts/attack-name.tsx';
import { Figure } from '../../parts/figure.tsx';
import { attackHint, testImages, whenMeasured, worstAttack } from '../../parts/measures.ts';
import { ProgressBar, progressHint, shareDone } from '../../parts/progress-bar.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { TagList } from '../../parts/tag-list.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';

export interface RowState {
  readonly now: number;
  readonly selected: boolean;
  select(): void;
}

export interface Column {
  readonly key: string;
  readonly title: string;
  /** What the column shows, with its unit and denominator. */
  readonly hint?: string;
  /** Of `grid-template-columns`. */
  readonly width: string;
  readonly end?: true;
  /** Order of the lab behind a click on the heading. */
  readonly sort: Pick<RunSort, 'by' | 'name'> | undefined;
  readonly cell: (run: RunRow, state: RowState) => ReactNode;
}

export const columns: readonly Column[] = [
  { key: 'select', title: '', width: '18px', sort: undefined, cell: (run, { selected, select }) => <Checkbox size="xs" checked={selected} onChange={select} aria-label={`Choose run ${run.number}`} /> },
  { key: 'status', title: 'Status', width: '94px', sort: { by: 'status' }, cell: (run) => <StatusMark status={run.status} /> },
  {
    key: 'run',
    title: 'Run',
    width: 'minmax(150px, 3fr)',
    sort: { by: 'name' },
    cell: (run) => (
      <Link href={`/runs/${run.id}`} className="run-name">
        <span className="faint number">{run.number}</span>
        <span className="clip">{run.name ?? `${run.architecture} on ${run.dataset}`}</span>
        {run.tags.length === 0 ? null : <span className="nowrap" data-hint={`Tags: ${run.tags.join(', ')}`}><TagList tags={run.tags.slice(0, 1)} />{run.tags.length === 1 ? '' : ` +${run.tags.length - 1}`}</span>}
      </Link>
    ),
  },
  { key: 'model', title: 'Model, data', width: 'minmax(92px, 0.8fr)', sort: { by: 'architecture' }, cell: (run) => <span className="clip">{run.architecture}, {run.dataset}</span> },
  { key: 'trainer', title: 'Training', hint: 'Kind of trainer, and the loss where it is not cross-entropy', width: 'minmax(84px, 0.8fr)', sort: { by: 'trainer' }, cell: (run) => <span className="clip">{training(run)}</span> },
  { key: 'progress', title: 'Progress', hint: 'Share of the run that is done by time, and the estimated time left; once it ended, how long it took', width: '116px', sort: { by: 'seconds' }, cell: progress },
  { key: 'clean', title: 'Accuracy', hint: 'Clean accuracy: share of the test images classified correctly', width: '66px', end: true, sort: { by: 'metric', name: 'cleanAccuracy' }, cell: clean },
  { key: 'worst', title: 'Worst attack', hint: 'Highest attack success: adversarial examples found / images classified correctly before the attack', width: '90px', end: true, sort: { by: 'metric', name: 'attackSuccessRate' }, cell: worst },
  { key: 'verdict', title: 'Verdict', hint: 'What the audit says of the robust accuracy: reliable, suspect, masked or broken; a dash where the run was not audited', width: '76px', sort: { by: 'verdict' }, cell: ({ verdict }) => <VerdictMark verdict={verdict} /> },
  { key: 'en', title: 'E_N', hint: 'Network entropy, equation (7): mean over layers of the entropy per neuron, in nats (bits, where entropies are read to base 2)', width: '54px', end: true, sort: { by: 'metric', name: 'networkEntropy' }, cell: ({ headline }) => entropy(headline?.networkEntropy, 'E_N, nats (to base 2: bits) per neuron, mean of layers', 3) },
  { key: 'et', title: 'E_T', hint: 'Entropy flow, equation (8): fall of the entropy from the first to the last layer, per layer, in nats (bits, where entropies are read to base 2)', width: '46px', end: true, sort: { by: 'metric', name: 'entropyFlow' }, cell: ({ headline }) => entropy(headline?.entropyFlow, 'E_T, nats (to base 2: bits) per layer', 1) },
  { key: 'age', title: 'Recorded', width: '76px', end: true, sort: { by: 'createdAt' }, cell: (run, { now }) => <Figure hint={`Recorded ${moment(run.createdAt)}`}>{ago(run.createdAt, now)}</Figure> },
];

function training({ trainer, loss, fromRun }: RunRow): string {
  if (trainer === null) return 'evaluation only';
  const how = loss === null || loss === 'cross-entropy' ? trainer : `${trainer}, ${loss}`;
  return fromRun === null ? how : `${how} ↻`;
}

function progress(run: RunRow, { now }: RowState): ReactNode {
  if (run.status === 'queued') {
    const { waiting } = run;
    return waiting === null ? <span className="faint">Waits</span> : <Figure className="faint clip" hint={waiting.message}>{waitingWord(waiting)}</Figure>;
  }
  if (run.status !== 'running') {
    const took = run.startedAt === null || run.finishedAt === null ? undefined : (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000;
    return run.error === null || run.status === 'cancelled' ? <span className="faint clip">{took === undefined ? '' : `${run.status === 'cancelled' ? 'stopped after' : 'took'} ${duration(took)}`}</span> : <Figure className="clip bad-text" hint={run.error.message}>{run.error.code}</Figure>;
  }
  const share = shareDone(run, now);
  return (
    <div className="grow" data-hint={run.progress === null ? 'A worker has begun; nothing is told yet.' : progressHint(run.progress)}>
      <div className="row progress-words">
        <span className="clip grow">{run.cancelRequested ? 'stopping' : (run.progress?.label ?? 'begins')}</span>
        <span className="faint nowrap">{run.progress?.remainingSeconds == null ? '' : duration(run.progress.remainingSeconds)}</span>
      </div>
      <ProgressBar share={share} label={`Progress of run ${run.number}`} />
    </div>
  );
}

const waitingWords = { inLine: 'in line', noWorker: 'no worker', noneOffers: 'no worker offers it', retryLater: 'tries again later', studyFull: 'held by its study' } as const;

function waitingWord({ reason, position, expectedSeconds }: NonNullable<RunRow['waiting']>): string {
  const place = position === null ? '' : `, ${position}. place`;
  return `${waitingWords[reason]}${place}${expectedSeconds === null || expectedSeconds === 0 ? '' : `, ≤ ${duration(expectedSeconds)}`}`;
}

function clean(run: RunRow): ReactNode {
  if (run.headline === null) return <span className="faint">–</span>;
  return <Figure hint={`Clean accuracy ${whenMeasured(run.headline)}: share of ${testImages(run.spec)} classified correctly`}>{percent(run.headline.cleanAccuracy)}</Figure>;
}

function worst(run: RunRow): ReactNode {
  const attack = worstAttack(run.headline);
  if (attack === undefined) return <span className="faint">–</span>;
  return (
    <Figure className="attack-name" hint={attackHint(attack, run)}>
      <AttackSwatch plugin={attack.plugin} />
      {percent(attack.attackSuccessRate)}
    </Figure>
  );
}

function entropy(value: number | undefined, hint: string, decimals: number): ReactNode {
  return value === undefined ? <span className="faint">–</span> : <Figure hint={hint}>{fixed(value, decimals)}</Figure>;
}
