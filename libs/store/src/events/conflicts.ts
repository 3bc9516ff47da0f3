import { LabError } from '@entropic-lab/protocol';
import { and, eq, gte, lte } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { canonicalJson } from '../storable.ts';
import { runEvents, type RunRow } from '../tables.ts';
import type { Report } from './append.ts';
import type { NewEvent } from './record.ts';

/**
 * The events of the report that are not recorded yet.
 * @throws LabError EVENT_CONFLICT when the numbers do not follow on one another and on the run, or a recorded event differs.
 */
export async function refuseConflicts(tx: Database, run: Pick<RunRow, 'id' | 'lastSeq'>, report: Report): Promise<NewEvent[]> {
  const events = report.events.map(({ seq, time, body }) => ({ runId: run.id, seq, attempt: report.attempt, time: new Date(time), body }));
  refuseGaps(run, events);
  const known = events.filter(({ seq }) => seq <= run.lastSeq);
  if (known.length > 0) await refuseDifferences(tx, known);
  const fresh = events.slice(known.length);
  const early = fresh.findIndex(({ body }) => body.type === 'finished');
  if (early >= 0 && early < fresh.length - 1) throw conflict(known.length + early + 1, `no event after the one that says the run finished`);
  return fresh;
}

function refuseGaps(run: Pick<RunRow, 'id' | 'lastSeq'>, events: readonly NewEvent[]): void {
  events.forEach(({ seq }, at) => {
    const next = at === 0 ? Math.min(seq, run.lastSeq + 1) : events[at - 1]!.seq + 1;
    if (seq !== next) throw conflict(at, `number ${next} next, got ${seq}`);
  });
}

async function refuseDifferences(tx: Database, known: readonly NewEvent[]): Promise<void> {
  const first = known[0]!;
  const inRange = and(eq(runEvents.runId, first.runId), gte(runEvents.seq, first.seq), lte(runEvents.seq, known.at(-1)!.seq));
  const rows = await tx.select().from(runEvents).where(inRange);
  const recorded = new Map(rows.map((row) => [row.seq, fingerprint(row)]));
  known.forEach((event, at) => {
    if (recorded.get(event.seq) !== fingerprint(event)) throw conflict(at, `event ${event.seq} as it is recorded, got other content`);
  });
}

function fingerprint({ attempt, time, body }: Pick<NewEvent, 'attempt' | 'time' | 'body'>): string {
  return `${attempt} ${time.toISOString()} ${canonicalJson(body)}`;
}

function conflict(at: number, expected: string): LabError {
  return new LabError('EVENT_CONFLICT', `[store] expected ${expected} (events.${at}). Report every event once numbered, in order, from the number the claim gave.`, {
    path: `events.${at}`,
  });
}
