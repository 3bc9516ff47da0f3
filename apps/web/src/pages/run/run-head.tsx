import { IconArrowLeft } from '@tabler/icons-react';
import { Link } from 'wouter';
import { duration, integer, moment, percent, perSecond } from '../../design/format.ts';
import { useNow } from '../../lab/now.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import type { RunHistory } from '../../lab/run-history.ts';
import { ErrorNote, Note } from '../../parts/notes.tsx';
import { ProgressBar, shareDone } from '../../parts/progress-bar.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { RunTags } from './run-tags.tsx';
import { VerdictMark } from '../../parts/verdict-mark.tsx';
import { RunActions } from './run-actions.tsx';

interface HeadProps {
  readonly run: RunRow;
  readonly history: RunHistory | undefined;
  onChanged(run: RunRow): void;
}

export function RunHead({ run, history, onChanged }: HeadProps) {
  const machine = history?.attempts.at(-1);
  return (
    <div className="run-head">
      <div className="title row wrap">
        <Link href="/" aria-label="To all runs" className="row">
          <IconArrowLeft size={18} aria-hidden />
        </Link>
        <h1>
          <span className="faint" style={{ fontWeight: 400 }}>{run.number}</span> {run.name ?? `${run.architecture} on ${run.dataset}`}
        </h1>
        <StatusMark status={run.status} />
        {run.verdict === null ? null : <Link href={`/runs/${run.id}/evaluation`}><VerdictMark verdict={run.verdict} /></Link>}
        <span className="grow" />
        <RunActions run={run} onChanged={onChanged} />
      </div>
      <div className="facts-line">
        <span><b>{run.architecture}</b> on <b>{run.dataset}</b></span>
        <span>{trainingWords(run)}</span>
        {run.fromRun === null ? null : <span>from run <Link href={`/runs/${run.fromRun}`}>{run.fromRun}</Link></span>}
        <span data-hint="Determines everything random: initial weights, order of examples, random starts">seed {run.spec.seed}</span>
        {machine === undefined ? null : <span data-hint={`Attempt ${machine.attempt}, on ${machine.device}`}>{machine.engine} on {machine.device}</span>}
        <span data-hint={`Recorded ${moment(run.createdAt)}`}>{took(run)}</span>
        <RunTags run={run} onChanged={onChanged} />
      </div>
      <Behind run={run} history={history} />
      <Standing run={run} />
    </div>
  );
}

function trainingWords({ spec }: RunRow): string {
  const { training } = spec;
  if (training === undefined) return 'evaluation only';
  const loss = training.loss.plugin === 'cross-entropy' ? '' : `, ${training.loss.plugin} loss`;
  return `${training.trainer.kind} training${loss}, ${integer(training.epochs)} epochs of batch ${integer(training.batchSize)}`;
}

function took({ startedAt, finishedAt, createdAt }: RunRow): string {
  if (startedAt === null) return `recorded ${moment(createdAt)}`;
  if (finishedAt === null) return `since ${moment(startedAt)}`;
  return `took ${duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000)}, ended ${moment(finishedAt)}`;
}

/** While old events are read again: how far the page is behind what the lab has. */
function Behind({ run, history }: Pick<HeadProps, 'run' | 'history'>) {
  const behind = run.lastSeq - (history?.lastSeq ?? 0);
  if (behind < 25) return null;
  return <Note kind="info">Reading what happened: {integer(behind)} of {integer(run.lastSeq)} events are still to come.</Note>;
}

function Standing({ run }: { readonly run: RunRow }) {
  const now = useNow();
  if (run.error !== null && run.status !== 'cancelled') return <ErrorNote error={run.error} />;
  if (run.waiting !== null) return <Note kind={['inLine', 'retryLater', 'studyFull'].includes(run.waiting.reason) ? 'info' : 'warn'}>{run.waiting.message}</Note>;
  if (run.status !== 'running') return null;
  const share = shareDone(run, now);
  const { progress } = run;
  const rate = progress?.rate == null ? '' : `, ${perSecond(progress.rate)} ${progress.unit} a second`;
  return (
    <div className="run-progress">
      <span className="soft">{run.cancelRequested ? 'Stops as soon as it can. ' : ''}{progress === null ? 'A worker begins.' : `${capital(progress.label)}: ${integer(progress.done)} of ${integer(progress.total)} ${progress.unit}${rate}`}</span>
      <span className="soft nowrap">{share === null ? '' : `${percent(share, 0)} done, `}{progress?.remainingSeconds == null ? 'time left not known yet' : `about ${duration(progress.remainingSeconds)} left`}</span>
      <ProgressBar share={share} label="Progress of the run" />
    </div>
  );
}

function capital(words: string): string {
  return words === '' ? '' : words[0]!.toUpperCase() + words.slice(1);
}
