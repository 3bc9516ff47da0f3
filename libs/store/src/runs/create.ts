import type { RunSpec } from '@entropic-lab/protocol';
import type { Database } from '../database/driver.ts';
import { record } from '../events/record.ts';
import { deriveFromSpec } from '../results/derive.ts';
import type { Session } from '../session.ts';
import { storableText } from '../storable.ts';
import { runs, type RunRow } from '../tables.ts';
import { notify, topics } from '../wakes.ts';
import { needsOf } from './needs.ts';
import { newRunId } from './run-id.ts';

/** Records the run with its `queued` event and tells the workers, in one transaction. */
export async function createRun({ database }: Session, spec: RunSpec): Promise<RunRow> {
  return database.transaction((tx) => recordRun(tx, spec));
}

/** The same within a transaction, as part of a study where it says so. */
export async function recordRun(tx: Database, spec: RunSpec, study: Pick<RunRow, 'studyId' | 'studyIndex'> = { studyId: null, studyIndex: null }): Promise<RunRow> {
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
