import { Checkbox } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ago, duration, fixed, moment, percent } from '../../design/format.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import { AttackSwatch } from '../../parts/attack-name.tsx';
import { Figure } from '../../parts/figure.tsx';
import { attackHint, testImages, whenMeasured, worstAttack } from '../../parts/measures.ts';
import { ProgressBar, progressHint, shareDone } from '../../parts/progress-bar.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';

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
  readonly cell: (run: RunRow, state: RowState) => ReactNode;
}

export const columns: readonly Column[] = [
  { key: 'select', title: '', width: '18px', cell: (run, { selected, select }) => <Checkbox size="xs" checked={selected} onChange={select} aria-label={`Choose run ${run.number}`} /> },
  { key: 'status', title: 'Status', width: '100px', cell: (run) => <StatusMark status={run.status} /> },
  {
    key: 'run',
    title: 'Run',
    width: 'minmax(160px, 2.4fr)',
    cell: (run) => (
      <Link href={`/runs/${run.id}`} className="clip run-name">
        <span className="faint number">{run.number}</span>
        {run.name ?? `${run.architecture} on ${run.dataset}`}
      </Link>
    ),
  },
  { key: 'model', title: 'Model, data', width: 'minmax(112px, 1fr)', cell: (run) => <span className="clip">{run.architecture}, {run.dataset}</span> },
  { key: 'trainer', title: 'Training', hint: 'Kind of trainer, and the loss where it is not cross-entropy', width: 'minmax(96px, 1fr)', cell: (run) => <span className="clip">{training(run)}</span> },
  { key: 'progress', title: 'Progress', hint: 'Share of the run that is done by time, and the estimated time left; once it ended, how long it took', width: '128px', cell: progress },
  { key: 'clean', title: 'Accuracy', hint: 'Clean accuracy: share of the test images classified correctly', width: '66px', end: true, cell: clean },
  { key: 'worst', title: 'Worst attack', hint: 'Highest attack success: adversarial examples found / images classified correctly before the attack', width: '92px', end: true, cell: worst },
  { key: 'en', title: 'E_N', hint: 'Network entropy, equation (7): mean over layers of the entropy per neuron, in nats', width: '54px', end: true, cell: ({ headline }) => entropy(headline?.networkEntropy, 'E_N, nats per neuron, mean of layers', 3) },
  { key: 'et', title: 'E_T', hint: 'Entropy flow, equation (8): fall of the entropy from the first to the last layer, per layer, in nats', width: '54px', end: true, cell: ({ headline }) => entropy(headline?.entropyFlow, 'E_T, nats per layer', 1) },
  { key: 'age', title: 'Recorded', width: '76px', end: true, cell: (run, { now }) => <Figure hint={`Recorded ${moment(run.createdAt)}`}>{ago(run.createdAt, now)}</Figure> },
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

const waitingWords = { inLine: 'in line', noWorker: 'no worker', noneOffers: 'no worker offers it', retryLater: 'tries again later' } as const;

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
