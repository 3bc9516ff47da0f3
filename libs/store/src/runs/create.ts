import type { RunSpec } from '@entropic-lab/protocol';
import type { Database } from '../database/driver.ts';
import { record } from '../events/record.ts';
import { deriveFromSpec } from '../results/derive.ts';
import type { Session } from '../session.ts';
import { storableText } from '../storable.ts';
import { placeInPlan, type StudyPlace } from '../studies/plan.ts';
import { runs, type RunRow } from '../tables.ts';
import { notify, topics } from '../wakes.ts';
import { needsOf } from './needs.ts';
import { newRunId } from './run-id.ts';

/**
 * Records the run with its `queued` event and tells the workers, in one transaction.
 * @throws LabError UNKNOWN_STUDY; INVALID_INPUT where the study has no plan, or one without that run.
 */
export async function createRun({ database }: Session, spec: RunSpec, place?: StudyPlace): Promise<RunRow> {
  return database.transaction(async (tx) => recordRun(tx, spec, place === undefined ? undefined : await placeInPlan(tx, place)));
}

/** The same within a transaction, as part of a study where it says so. */
export async function recordRun(tx: Database, spec: RunSpec, study: Partial<Pick<RunRow, 'studyId' | 'studyIndex' | 'studyKey'>> = {}): Promise<RunRow> {
  const [run] = await tx.insert(runs).values({ id: newRunId(), ...columnsOf(spec), ...study, status: 'queued', lastSeq: 1 }).returning();
  await record(tx, [{ runId: run!.id, seq: 1, attempt: 0, time: run!.createdAt, body: { type: 'queued' } }]);
  await deriveFromSpec(tx, run!);
  await notify(tx, topics.queue);
  return run!;
}

function columnsOf(spec: RunSpec) {
  return {
    name: spec.name === undefined ? null : storableText(spec.name),
    spec,
    dataset: spec.dataset.name,
    architecture: spec.model.architecture,
    trainer: spec.training?.trainer.kind ?? null,
    loss: spec.training?.loss.plugin ?? null,
    fromRun: spec.model.fromRun ?? null,
    needs: needsOf(spec),
    pool: spec.pool,
    priority: spec.priority,
  };
}
