import type { FinalEvaluation } from '@entropic-lab/protocol';
import { and, asc, count, desc, eq, inArray } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { evaluations, runEvents, runTags, runValues, type EvaluationRow } from '../tables.ts';

export interface RunValue {
  readonly name: string;
  readonly value: number;
}

export interface ValueName {
  readonly name: string;
  readonly runs: number;
}

/** Numbers of several runs in one query, in the order of their names. */
export async function valuesOfRuns({ database }: Session, numbers: readonly number[]): Promise<Map<number, RunValue[]>> {
  if (numbers.length === 0) return new Map();
  const rows = await database.select().from(runValues).where(inArray(runValues.number, [...numbers])).orderBy(asc(runValues.number), asc(runValues.name));
  return grouped(numbers, rows, ({ number }) => number, ({ name, value }) => ({ name, value }));
}

export async function tagsOfRuns({ database }: Session, numbers: readonly number[]): Promise<Map<number, string[]>> {
  if (numbers.length === 0) return new Map();
  const rows = await database.select().from(runTags).where(inArray(runTags.number, [...numbers])).orderBy(asc(runTags.number), asc(runTags.tag));
  return grouped(numbers, rows, ({ number }) => number, ({ tag }) => tag);
}

export async function evaluationsOfRuns({ database }: Session, runIds: readonly string[]): Promise<Map<string, EvaluationRow[]>> {
  if (runIds.length === 0) return new Map();
  const latest = and(inArray(evaluations.runId, [...runIds]), eq(evaluations.latest, true));
  const rows = await database.select().from(evaluations).where(latest).orderBy(asc(evaluations.runId), asc(evaluations.position));
  return grouped(runIds, rows, ({ runId }) => runId, (row) => row);
}

/** What each run measured of its final state, whole; runs that have not are left out. */
export async function finalEvaluationsOfRuns({ database }: Session, runIds: readonly string[]): Promise<Map<string, FinalEvaluation>> {
  if (runIds.length === 0) return new Map();
  const told = and(inArray(runEvents.runId, [...runIds]), eq(runEvents.type, 'evaluated'));
  const rows = await database.selectDistinctOn([runEvents.runId], { runId: runEvents.runId, body: runEvents.body }).from(runEvents).where(told).orderBy(asc(runEvents.runId), desc(runEvents.seq));
  return new Map(rows.flatMap(({ runId, body }) => (body.type === 'evaluated' ? [[runId, body.evaluation] as const] : [])));
}

/** What runs can be sorted and filtered by; a form offers it. */
export async function listValueNames({ database }: Session): Promise<ValueName[]> {
  return database.select({ name: runValues.name, runs: count() }).from(runValues).groupBy(runValues.name).orderBy(asc(runValues.name));
}

function grouped<Key, Row, Entry>(keys: readonly Key[], rows: readonly Row[], keyOf: (row: Row) => Key, entryOf: (row: Row) => Entry): Map<Key, Entry[]> {
  const groups = new Map<Key, Entry[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))!.push(entryOf(row));
  return groups;
}
