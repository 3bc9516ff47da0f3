import { LabError, type RunSpec } from '@entropic-lab/protocol';
import { asc, eq, lte, sql } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { recordRun } from '../runs/create.ts';
import { newRunId } from '../runs/run-id.ts';
import type { Session } from '../session.ts';
import { storableText } from '../storable.ts';
import { schedules, type RunRow, type ScheduleRow } from '../tables.ts';
import { nextTime, type When } from './next-time.ts';

export interface NewSchedule extends When {
  readonly name?: string | undefined;
  /** What each run is to do; its name is that of the schedule where it has none. */
  readonly spec: RunSpec;
}

/** A run that a schedule was due for. */
export interface ScheduledRun {
  readonly schedule: ScheduleRow;
  readonly run: RunRow;
}

/** @throws LabError INVALID_INPUT for a schedule that is never due. */
export async function createSchedule({ database }: Session, { name, cron, timeZone, spec }: NewSchedule): Promise<ScheduleRow> {
  return database.transaction(async (tx) => {
    const nextAt = nextTime({ cron, timeZone }, await databaseTime(tx));
    if (nextAt === undefined) throw new LabError('INVALID_INPUT', `[store] expected a cron expression that is due some day, got ${JSON.stringify(cron)} (cron).`, { path: 'cron' });
    const [schedule] = await tx.insert(schedules).values({ id: newRunId(), name: name === undefined ? null : storableText(name), cron, timeZone, spec, nextAt }).returning();
    return schedule!;
  });
}

/** Oldest first. */
export async function listSchedules({ database }: Session): Promise<ScheduleRow[]> {
  return database.select().from(schedules).orderBy(asc(schedules.createdAt), asc(schedules.id));
}

/** Ends a schedule; runs that it asked for stay. @throws LabError UNKNOWN_SCHEDULE. */
export async function removeSchedule({ database }: Session, scheduleId: string): Promise<ScheduleRow> {
  const [removed] = await database.delete(schedules).where(eq(schedules.id, scheduleId)).returning();
  if (removed !== undefined) return removed;
  throw new LabError('UNKNOWN_SCHEDULE', `[store] expected the id of a schedule, got ${JSON.stringify(scheduleId)}. List the schedules to see their ids.`, { path: 'scheduleId' });
}

/**
 * Queues a run for every schedule that is due, and says when each is due next, in one transaction a schedule: of several
 * servers that look at once one does it. Times that nobody looked at, because no server was up, count as one: a lab that was
 * down for a week begins with one run a schedule, not with seven.
 */
export async function runDueSchedules(session: Session): Promise<ScheduledRun[]> {
  const queued: ScheduledRun[] = [];
  for (;;) {
    const next = await session.database.transaction(runNext);
    if (next === undefined) return queued;
    queued.push(next);
  }
}

async function runNext(tx: Database): Promise<ScheduledRun | undefined> {
  const [due] = await tx.select().from(schedules).where(lte(schedules.nextAt, sql`now()`)).orderBy(asc(schedules.nextAt)).limit(1).for('update', { skipLocked: true });
  if (due === undefined) return undefined;
  const run = await recordRun(tx, due.name === null || due.spec.name !== undefined ? due.spec : { ...due.spec, name: due.name });
  const changes = { nextAt: nextTime(due, await databaseTime(tx)) ?? null, lastAt: due.nextAt, lastRun: run.id };
  const [schedule] = await tx.update(schedules).set(changes).where(eq(schedules.id, due.id)).returning();
  return { schedule: schedule!, run };
}

/** Of the transaction: one clock for all servers on a database. */
async function databaseTime(tx: Database): Promise<Date> {
  const [row] = await tx.select({ now: sql<string>`extract(epoch from now()) * 1000`.mapWith(Number) }).from(sql`(select 1) as one`);
  return new Date(Number(row!.now));
}
