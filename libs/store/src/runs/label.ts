import { LabError } from '@entropic-lab/protocol';
import { and, asc, count, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import type { Session } from '../session.ts';
import { storableText } from '../storable.ts';
import { runs, runTags, type RunRow } from '../tables.ts';
import { unknownRun } from './run.ts';

export interface TagChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

export interface TagCount {
  readonly tag: string;
  readonly runs: number;
}

const limits = { tag: 100, tags: 100, notes: 100_000 } as const;

/**
 * Adds tags to runs and takes others away; of one that is named in both, it is taken away. All runs or none.
 * @throws LabError UNKNOWN_RUN, INVALID_INPUT for a tag that is none.
 */
export async function tagRuns({ database }: Session, runIds: readonly string[], { add = [], remove = [] }: TagChange): Promise<RunRow[]> {
  const given = readTags(add, 'add');
  const gone = readTags(remove, 'remove');
  return database.transaction(async (tx) => {
    const found = await touch(tx, runIds);
    const numbers = found.map(({ number }) => number);
    const rows = numbers.flatMap((number) => given.map((tag) => ({ number, tag })));
    if (rows.length > 0) await tx.insert(runTags).values(rows).onConflictDoNothing();
    if (gone.length > 0 && numbers.length > 0) await tx.delete(runTags).where(and(inArray(runTags.number, numbers), inArray(runTags.tag, gone)));
    return found;
  });
}

/** Free text beside a run, as Markdown. @throws LabError UNKNOWN_RUN, INVALID_INPUT for one of more than 100,000 signs. */
export async function setNotes({ database }: Session, runId: string, notes: string): Promise<RunRow> {
  if (notes.length > limits.notes) throw new LabError('INVALID_INPUT', `[store] expected notes of at most ${limits.notes} signs, got ${notes.length} (notes).`, { path: 'notes' });
  const [run] = await database.update(runs).set({ notes: storableText(notes) }).where(eq(runs.id, runId)).returning();
  if (run === undefined) throw unknownRun(runId);
  return run;
}

/** Hides runs from lists, or shows them again; what is hidden already stays hidden since then. @throws LabError UNKNOWN_RUN. */
export async function setArchived({ database }: Session, runIds: readonly string[], archived: boolean): Promise<RunRow[]> {
  return database.transaction(async (tx) => {
    await touch(tx, runIds);
    const archivedAt = archived ? sql`coalesce(${runs.archivedAt}, now())` : null;
    return tx.update(runs).set({ archivedAt }).where(inArray(runs.id, [...runIds])).returning();
  });
}

export async function listTags({ database }: Session): Promise<TagCount[]> {
  return database.select({ tag: runTags.tag, runs: count() }).from(runTags).groupBy(runTags.tag).orderBy(asc(runTags.tag));
}

/** Tells the readers of lists that the runs changed; in the order of ids, so that two of these never block each other. */
async function touch(tx: Database, runIds: readonly string[]): Promise<RunRow[]> {
  const found = await tx.select().from(runs).where(inArray(runs.id, [...runIds])).orderBy(asc(runs.id)).for('update');
  const missing = runIds.find((id) => !found.some((run) => run.id === id));
  if (missing !== undefined) throw unknownRun(missing);
  if (found.length > 0) await tx.update(runs).set({ notes: sql`${runs.notes}` }).where(inArray(runs.id, [...runIds]));
  return found;
}

function readTags(tags: readonly string[], path: string): string[] {
  const read = [...new Set(tags.map((tag) => storableText(tag.trim())))];
  const at = read.findIndex((tag) => tag === '' || tag.length > limits.tag);
  if (at >= 0) throw new LabError('INVALID_INPUT', `[store] expected a tag of 1 to ${limits.tag} signs, got ${JSON.stringify(read[at]!.slice(0, 60))} (${path}.${at}).`, { path: `${path}.${at}` });
  if (read.length > limits.tags) throw new LabError('INVALID_INPUT', `[store] expected at most ${limits.tags} tags at a time, got ${read.length} (${path}).`, { path });
  return read;
}
