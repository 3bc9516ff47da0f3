import { finalStatuses, LabError, type RunStatus } from '@entropic-lab/protocol';
import { and, asc, count, desc, eq, inArray, lt, notInArray } from 'drizzle-orm';
import { requestCancel } from '../runs/cancel.ts';
import type { Session } from '../session.ts';
import { runs, studies, type RunRow, type StudyRow } from '../tables.ts';

export interface StudyPageOptions {
  readonly limit: number;
  /** Only studies older than the one with this number. */
  readonly olderThan?: number | undefined;
}

export type StatusCounts = Readonly<Record<RunStatus, number>>;

const none: StatusCounts = { queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 };

export async function findStudy({ database }: Session, studyId: string): Promise<StudyRow | undefined> {
  const [study] = await database.select().from(studies).where(eq(studies.id, studyId));
  return study;
}

export async function findStudies({ database }: Session, studyIds: readonly string[]): Promise<Map<string, StudyRow>> {
  const rows = studyIds.length === 0 ? [] : await database.select().from(studies).where(inArray(studies.id, [...studyIds]));
  return new Map(rows.map((study) => [study.id, study]));
}

/** Newest first. */
export async function listStudies({ database }: Session, { limit, olderThan }: StudyPageOptions): Promise<StudyRow[]> {
  const where = olderThan === undefined ? undefined : lt(studies.number, olderThan);
  return database.select().from(studies).where(where).orderBy(desc(studies.number)).limit(limit);
}

/** Runs of a study in the order of its parameters; deleted ones leave a gap in `studyIndex`. */
export async function runsOfStudy({ database }: Session, studyId: string): Promise<RunRow[]> {
  return database.select().from(runs).where(eq(runs.studyId, studyId)).orderBy(asc(runs.studyIndex));
}

/** Runs of studies by status, in one query. */
export async function countsOfStudies({ database }: Session, studyIds: readonly string[]): Promise<Map<string, StatusCounts>> {
  const found = new Map<string, StatusCounts>(studyIds.map((id) => [id, none]));
  if (studyIds.length === 0) return found;
  const rows = await database.select({ id: runs.studyId, status: runs.status, total: count() }).from(runs).where(inArray(runs.studyId, [...studyIds])).groupBy(runs.studyId, runs.status);
  for (const { id, status, total } of rows) found.set(id!, { ...found.get(id!)!, [status]: total });
  return found;
}

export async function countByStatus({ database }: Session): Promise<StatusCounts> {
  const rows = await database.select({ status: runs.status, total: count() }).from(runs).groupBy(runs.status);
  return { ...none, ...Object.fromEntries(rows.map(({ status, total }) => [status, total])) };
}

/** Asks every run of a study that has not ended for its end. @throws LabError UNKNOWN_STUDY. */
export async function cancelStudy(session: Session, studyId: string): Promise<StudyRow> {
  const study = await findStudy(session, studyId);
  if (study === undefined) throw unknownStudy(studyId);
  const alive = await session.database.select({ id: runs.id }).from(runs).where(and(eq(runs.studyId, studyId), notInArray(runs.status, [...finalStatuses]))).orderBy(desc(runs.number));
  for (const { id } of alive) {
    await requestCancel(session, id).catch((thrown: unknown) => {
      // It may have ended meanwhile.
      if (!(thrown instanceof LabError && thrown.code === 'RUN_ENDED')) throw thrown;
    });
  }
  return study;
}

export function unknownStudy(studyId: string): LabError {
  return new LabError('UNKNOWN_STUDY', `[store] expected the id of a study, got ${JSON.stringify(studyId)}. List the studies to see their ids.`, { path: 'studyId' });
}
