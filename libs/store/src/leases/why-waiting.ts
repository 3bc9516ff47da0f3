import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import type { Session } from '../session.ts';
import { runs, studies, workers } from '../tables.ts';
import { due, lineOrder } from './queue.ts';
import { studyHasRoom } from './study-room.ts';
import { explain, type PresentWorker, type Waiting } from './waiting.ts';

/** A worker that waits for a run speaks at least every minute; one that was silent for longer is not counted on. */
const presentSeconds = 90;

/** Why runs wait, by run, for those of them that do; in three queries however many they are. */
export async function whyWaiting({ database }: Session, runIds: readonly string[]): Promise<Map<string, Waiting>> {
  const waiting = await waitingRuns(database, runIds);
  if (waiting.length === 0) return new Map();
  const present = await presentWorkers(database);
  return new Map(waiting.map((run) => [run.id, explain(run, present)]));
}

async function waitingRuns(database: Database, runIds: readonly string[]) {
  const order = sql.join([...lineOrder], sql`, `);
  const position = sql<number>`row_number() over (partition by ${runs.pool} order by ${order})`.mapWith(Number).as('position');
  const line = database.select({ id: runs.id, position }).from(runs).where(due).as('line');
  const studyFull = sql<number | null>`case when ${studyHasRoom([])} then null else ${studies.concurrency} end`;
  return database
    .select({ id: runs.id, pool: runs.pool, needs: runs.needs, notBefore: runs.notBefore, position: line.position, studyFull })
    .from(runs)
    .leftJoin(studies, eq(studies.id, runs.studyId))
    .leftJoin(line, eq(line.id, runs.id))
    .where(and(inArray(runs.id, [...runIds]), eq(runs.status, 'queued')));
}

async function presentWorkers(database: Database): Promise<PresentWorker[]> {
  const lately = gt(workers.lastSeenAt, sql`now() - make_interval(secs => ${presentSeconds})`);
  const present = await database.select().from(workers).where(and(lately, isNull(workers.leftAt))).orderBy(asc(workers.id));
  const held = await database.select({ workerId: runs.workerId, progress: runs.progress }).from(runs).where(eq(runs.status, 'running'));
  return present.map((worker) => ({
    ...worker,
    remaining: held.filter(({ workerId }) => workerId === worker.id).map(({ progress }) => progress?.remainingSeconds ?? null),
  }));
}
