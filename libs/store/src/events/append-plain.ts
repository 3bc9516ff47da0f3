import type { RunEventBody, RunEventType } from '@entropic-lab/protocol';
import { channel, type Statement } from '../database/driver.ts';
import type { Session } from '../session.ts';
import { toStorable } from '../storable.ts';
import { topics } from '../wakes.ts';
import { touchWorker } from '../workers/seen.ts';
import type { Receipt, Report } from './append.ts';

/** Events that change nothing of a run but its place and its progress, from which nothing is derived, and of which there are many. */
const plain: ReadonlySet<RunEventType> = new Set<RunEventType>(['log', 'progress']);

/** Judges, renews, records and tells in one way to the database and back. No row: the report is not of the plain sort. */
const appending: Statement = {
  name: 'append_plain',
  text: `
    with held as (
      update runs set lease_expires_at = now() + make_interval(secs => $3), last_seq = $5, progress = coalesce($6::jsonb, progress)
      where id = $1 and attempt = $2 and status = 'running' and last_seq = $4 - 1
      returning id, worker_id, cancel_requested
    ), recorded as (
      insert into run_events (run_id, seq, attempt, time, type, body, bytes)
      select held.id, event.seq, $2, event.time, event.type, event.body, event.bytes
      from held, jsonb_to_recordset($7::jsonb) as event(seq integer, time timestamptz, type text, body jsonb, bytes integer)
    )
    select worker_id, cancel_requested, pg_notify($8, $9) from held`,
};

/**
 * Records a report as `appendEvents` promises where it is what nearly all are: log lines and progress of a run that is
 * held, behind its last event. Undefined, with nothing done, where it is anything else.
 */
export async function appendPlain(session: Session, { runId, attempt, events }: Report): Promise<Receipt | undefined> {
  const first = events[0]?.seq;
  if (first === undefined || !events.every(({ seq, body }, at) => seq === first + at && plain.has(body.type))) return undefined;
  const lastSeq = first + events.length - 1;
  const rows = events.map(({ seq, time, body }) => rowOf({ seq, time, body: toStorable(body), type: body.type }));
  const values = [runId, attempt, session.leaseSeconds, first, lastSeq, lastProgress(events), `[${rows.join()}]`, channel, topics.events(runId)];
  const [held] = await session.send(appending, values);
  if (held === undefined) return undefined;
  await touchWorker(session.database, session.signs, held['worker_id'] as string);
  return { lease: held['cancel_requested'] === true ? 'cancelRequested' : 'held', lastSeq };
}

interface Row {
  readonly seq: number;
  readonly time: string;
  readonly type: RunEventType;
  /** As JSON. */
  readonly body: string;
}

function rowOf({ seq, time, type, body }: Row): string {
  return `{"seq":${seq},"time":"${new Date(time).toISOString()}","type":"${type}","bytes":${Buffer.byteLength(body)},"body":${body}}`;
}

function lastProgress(events: Report['events']): string | null {
  const progress: RunEventBody | undefined = events.findLast(({ body }) => body.type === 'progress')?.body;
  return progress === undefined ? null : toStorable(progress);
}
