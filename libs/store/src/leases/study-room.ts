import { and, count, eq, gte, isNull, notInArray, or, type SQL } from 'drizzle-orm';
import { QueryBuilder } from 'drizzle-orm/pg-core';
import type { Database } from '../database/driver.ts';
import { runs, studies } from '../tables.ts';

const build = new QueryBuilder();

/** Studies that have as many runs under way as they may. */
function fullStudies() {
  const underWay = build.select({ studyId: runs.studyId, total: count().as('total') }).from(runs).where(eq(runs.status, 'running')).groupBy(runs.studyId).as('under_way');
  return build.select({ id: studies.id }).from(studies).innerJoin(underWay, and(eq(underWay.studyId, studies.id), gte(underWay.total, studies.concurrency)));
}

/** Runs of no study, or of one with room, the ones named left out. */
export function studyHasRoom(full: readonly string[]): SQL {
  const others = full.length === 0 ? undefined : notInArray(runs.studyId, [...full]);
  return or(isNull(runs.studyId), and(notInArray(runs.studyId, fullStudies()), others))!;
}

/** Whether the study has room for one more, counted again under a lock: of claims at the same time one counts after the other. */
export async function takeRoom(tx: Database, studyId: string): Promise<boolean> {
  const [study] = await tx.select({ concurrency: studies.concurrency }).from(studies).where(eq(studies.id, studyId)).for('update');
  if (study === undefined || study.concurrency === null) return true;
  const [row] = await tx.select({ underWay: count() }).from(runs).where(and(eq(runs.studyId, studyId), eq(runs.status, 'running')));
  return row!.underWay < study.concurrency;
}
