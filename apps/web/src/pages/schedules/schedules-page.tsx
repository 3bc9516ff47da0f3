import { Button } from '@mantine/core';
import { LabError, parseRunSpec } from '@entropic-lab/protocol';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { duration, integer, moment } from '../../design/format.ts';
import { lab } from '../../lab/lab.ts';
import { useNow } from '../../lab/now.ts';
import { useAnswer } from '../../lab/use-answer.ts';
import { useRunChanges } from '../../lab/use-run-changes.ts';
import { EmptyState, ErrorNote } from '../../parts/notes.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { RemoveSchedule, Schedules, type ScheduleShown } from './operations.ts';

const everyRun = {};

/** Runs that are asked for by the clock: when each is due, and what its last run came to. */
export default function SchedulesPage() {
  const { value, error, again } = useAnswer('schedules', (signal) => lab.ask(Schedules, {}, { signal }));
  const [refused, setRefused] = useState<LabError>();
  // A due time queues a run, so the runs tell when to ask anew.
  useRunChanges(everyRun, again);
  useEffect(() => void (document.title = 'Schedules · Entropic Lab'), []);
  const remove = ({ id, name, cron }: ScheduleShown) => {
    if (!confirm(`End ${name ?? `the schedule ${cron}`}? Runs that it asked for stay.`)) return;
    setRefused(undefined);
    lab.ask(RemoveSchedule, { id }).then(again, (thrown: unknown) => setRefused(LabError.from(thrown)));
  };
  const schedules = value?.schedules;
  return (
    <div className="page">
      <div className="title"><h1>Schedules</h1><span className="faint">{schedules?.length ?? ''}</span></div>
      {[error, refused].map((one, at) => (one === undefined ? null : <ErrorNote key={at} error={one} />))}
      {schedules?.length === 0 ? <EmptyState title="Nothing is asked for by the clock" action={<Button component={Link} href="/new">Write a request</Button>}>A schedule starts the same run again and again: every night after the data came, every week for the record. Write the request, then choose &ldquo;By the clock&rdquo; below its start button.</EmptyState> : null}
      {schedules === undefined || schedules.length === 0 ? null : <ScheduleTable schedules={schedules} remove={remove} />}
    </div>
  );
}

function ScheduleTable({ schedules, remove }: { readonly schedules: readonly ScheduleShown[]; remove(schedule: ScheduleShown): void }) {
  const now = useNow();
  return (
    <div className="panel">
      <div className="inside scroll-x">
        <table className="plain">
          <thead>
            <tr>
              <th>Schedule</th><th>Request</th>
              <th data-hint="Minute, hour, day of month, month, day of week; a sixth field before them is the second">When</th>
              <th className="num" data-hint="Time until the next run is queued">Next</th>
              <th data-hint="The run that it last queued">Last run</th><th className="num">Since</th><th />
            </tr>
          </thead>
          <tbody>
            {schedules.map((schedule) => {
              const { id, name, cron, timeZone, nextAt, lastAt, lastRun, createdAt } = schedule;
              return (
                <tr key={id}>
                  <td><b data-hint={id}>{name ?? 'without a name'}</b></td>
                  <td className="soft">{requestWords(schedule.spec)}</td>
                  <td><code>{cron}</code> <span className="faint">{timeZone}</span></td>
                  <td className="num" data-hint={nextAt === null ? 'It is never due again' : `Due ${moment(nextAt)}, by this browser's clock`}>{nextAt === null ? 'never' : `in ${duration(Math.max(0, (Date.parse(nextAt) - now) / 1000))}`}</td>
                  <td>{lastRun === null ? <span className="faint">{lastAt === null ? 'none yet' : 'deleted'}</span> : <span className="row"><StatusMark status={lastRun.status} word={false} /><Link href={`/runs/${lastRun.id}`} data-hint={lastAt === null ? '' : `Was due ${moment(lastAt)}`}>Run {lastRun.number}</Link></span>}</td>
                  <td className="num soft">{moment(createdAt).slice(0, 16)}</td>
                  <td className="num"><Button size="compact-xs" variant="default" onClick={() => remove(schedule)} aria-label={`End ${name ?? cron}`}>End</Button></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function requestWords(spec: unknown): string {
  const { model, dataset, training, evaluation } = parseRunSpec(spec);
  const done = training === undefined ? 'evaluation only' : `${integer(training.epochs)} epochs`;
  return `${model.architecture} on ${dataset.name}, ${done}, ${evaluation.attacks.length === 1 ? '1 attack' : `${evaluation.attacks.length} attacks`}`;
}
