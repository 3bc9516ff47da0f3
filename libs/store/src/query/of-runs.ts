import { and, asc, count, eq, inArray } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { evaluations, runTags, runValues, type EvaluationRow } from '../tables.ts';

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

/** What runs can be sorted and filtered by; a form offers it. */
export async function listValueNames({ database }: Session): Promise<ValueName[]> {
  return database.select({ name: runValues.name, runs: count() }).from(runValues).groupBy(runValues.name).orderBy(asc(runValues.name));
}

function grouped<Key, Row, Entry>(keys: readonly Key[], rows: readonly Row[], keyOf: (row: Row) => Key, entryOf: (row: Row) => Entry): Map<Key, Entry[]> {
  const groups = new Map<Key, Entry[]>(keys.map((key) => [key, []]));
  for (const row of rows) groups.get(keyOf(row))!.push(entryOf(row));
  return groups;
}
