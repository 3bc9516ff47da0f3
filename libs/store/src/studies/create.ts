import type { RunSpec, StudySpec } from '@entropic-lab/protocol';
import { recordRun } from '../runs/create.ts';
import { newRunId } from '../runs/run-id.ts';
import type { Session } from '../session.ts';
import { storableText } from '../storable.ts';
import { studies, type StudyRow } from '../tables.ts';

/** Records a study and queues all its runs, in one transaction. */
export async function createStudy({ database }: Session, spec: StudySpec, runSpecs: readonly RunSpec[]): Promise<StudyRow> {
  const name = spec.name === undefined ? null : storableText(spec.name);
  return database.transaction(async (tx) => {
    const [study] = await tx.insert(studies).values({ id: newRunId(), name, spec, runCount: runSpecs.length, concurrency: spec.concurrency ?? null }).returning();
    for (const [studyIndex, runSpec] of runSpecs.entries()) await recordRun(tx, runSpec, { studyId: study!.id, studyIndex });
    return study!;
  });
}
