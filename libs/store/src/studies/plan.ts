import { LabError, type RecordedPlan } from '@entropic-lab/protocol';
import { eq } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { newRunId } from '../runs/run-id.ts';
import type { Session } from '../session.ts';
import { storableText } from '../storable.ts';
import { studies, type RunRow, type StudyRow } from '../tables.ts';
import { unknownStudy } from './list.ts';

export interface PlannedStudy {
  /** What it is found by. */
  readonly key: string;
  readonly name: string;
  readonly plan: RecordedPlan;
}

/** Which run of which planned study. */
export interface StudyPlace {
  readonly studyId: string;
  readonly key: string;
}

/** Records a study without runs yet, or gives the one of that key its plan anew: who goes on with a study finds it so. */
export async function planStudy({ database }: Session, { key, name, plan }: PlannedStudy): Promise<StudyRow> {
  const told = { name: storableText(name), plan, runCount: plan.runs.length };
  const [study] = await database.insert(studies).values({ id: newRunId(), key, ...told }).onConflictDoUpdate({ target: studies.key, set: told }).returning();
  return study!;
}

/** @throws LabError UNKNOWN_STUDY, INVALID_INPUT. */
export async function placeInPlan(tx: Database, { studyId, key }: StudyPlace): Promise<Pick<RunRow, 'studyId' | 'studyIndex' | 'studyKey'>> {
  const [study] = await tx.select({ plan: studies.plan }).from(studies).where(eq(studies.id, studyId));
  if (study === undefined) throw unknownStudy(studyId);
  const studyIndex = study.plan?.runs.findIndex((run) => run.key === key) ?? -1;
  if (studyIndex === -1) throw new LabError('INVALID_INPUT', `[store] expected the key of a run in the plan of study ${studyId}, got ${JSON.stringify(key)}${study.plan === null ? ', and that study is a sweep' : ''}.`, { path: 'study.key' });
  return { studyId, studyIndex, studyKey: key };
}
