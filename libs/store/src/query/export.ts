import { and, asc, inArray, sql } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { epochs, evaluations, runs, runValues, type EvaluationRow, type RunRow } from '../tables.ts';
import { conditions, type RunFilter } from './filter.ts';
import { evaluationsOfRuns, tagsOfRuns, valuesOfRuns, type RunValue } from './of-runs.ts';
import { newestFirst, type Place, type RunOrder } from './order.ts';
import { listRuns } from './page.ts';

export interface ExportOptions {
  readonly filter?: RunFilter | undefined;
  readonly order?: RunOrder | undefined;
  /** At most so many runs, from the first of the order. Default: all. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A run with all that lists know of it. */
export interface ExportedRun {
  readonly run: RunRow;
  readonly tags: readonly string[];
  /** Numbers of the spec by path, times in seconds since 1970, latest metrics. */
  readonly values: readonly RunValue[];
  readonly evaluations: readonly EvaluationRow[];
}

export type ExportedEpoch = Omit<typeof epochs.$inferSelect, 'seq'>;

const pageSize = 100;

/** All runs that the filter lets through, a page at a time: memory does not grow with their number. */
export async function* exportRuns(session: Session, options: ExportOptions): AsyncGenerator<ExportedRun, void, void> {
  for await (const page of pages(session, options)) {
    const numbers = page.map(({ number }) => number);
    const ids = page.map(({ id }) => id);
    const [tags, values, attacks] = await session.busy.run(() => Promise.all([tagsOfRuns(session, numbers), valuesOfRuns(session, numbers), evaluationsOfRuns(session, ids)]));
    for (const run of page) yield { run, tags: tags.get(run.number)!, values: values.get(run.number)!, evaluations: attacks.get(run.id)! };
  }
}

/** Every epoch of those runs, run by run. */
export async function* exportEpochs(session: Session, options: ExportOptions): AsyncGenerator<ExportedEpoch, void, void> {
  const columns = { runId: epochs.runId, epoch: epochs.epoch, time: epochs.time, metrics: epochs.metrics };
  for await (const page of pages(session, options)) {
    for (const { id } of page) {
      for (let after = 0; ; ) {
        const rows = await session.busy.run(() => session.database.select(columns).from(epochs).where(sql`${epochs.runId} = ${id} and ${epochs.epoch} > ${after}`).orderBy(asc(epochs.epoch)).limit(1000));
        yield* rows;
        if (rows.length < 1000) break;
        after = rows.at(-1)!.epoch;
      }
    }
  }
}

/** Every attack of every evaluation of those runs, earlier ones included, without its columns of examples. */
export async function* exportEvaluations(session: Session, options: ExportOptions): AsyncGenerator<EvaluationRow, void, void> {
  for await (const page of pages(session, options)) {
    for (const { id } of page) {
      yield* await session.busy.run(() => session.database.select().from(evaluations).where(sql`${evaluations.runId} = ${id}`).orderBy(asc(evaluations.seq), asc(evaluations.position)));
    }
  }
}

/** Names of the numbers that those runs have, by the alphabet: the columns of a table of them. */
export async function valueNamesOf({ database }: Session, filter: RunFilter): Promise<string[]> {
  const chosen = database.select({ number: runs.number }).from(runs).where(and(...conditions(filter)));
  const rows = await database.selectDistinct({ name: runValues.name }).from(runValues).where(inArray(runValues.number, chosen)).orderBy(asc(runValues.name));
  return rows.map(({ name }) => name);
}

async function* pages(session: Session, { filter, order = newestFirst, limit = Infinity, signal }: ExportOptions): AsyncGenerator<RunRow[], void, void> {
  let left = limit;
  for (let after: Place | undefined; left > 0 && signal?.aborted !== true; ) {
    const size = Math.min(pageSize, left);
    const page = await session.busy.run(() => listRuns(session, { filter, order, limit: size, after }));
    if (page.length > 0) yield page.map(({ run }) => run);
    if (page.length < size) return;
    left -= page.length;
    const last = page.at(-1)!;
    after = { key: last.key, number: last.run.number };
  }
}
