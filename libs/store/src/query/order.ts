import { eq, sql, type SQL } from 'drizzle-orm';
import type { RunStatus } from '@entropic-lab/protocol';
import { runs, runValues, runWords } from '../tables.ts';

/**
 * By what runs are sorted: `number`, the order of arrival; `status`; a number of the run by its name (a metric, the path
 * of an option, `createdAt`, `startedAt`, `finishedAt`, `seconds`); or a text of its spec by its path.
 * Runs that have no such number or text come last, whatever the direction.
 */
export interface RunOrder {
  readonly by: 'number' | 'status' | { readonly value: string } | { readonly word: string };
  readonly descending: boolean;
}

export const newestFirst: RunOrder = { by: 'number', descending: true };

/** What a run is sorted by; null: it has none. */
export type OrderKey = number | string | null;

/** A place in an order: behind or ahead of the run with this key and number. */
export interface Place {
  readonly key: OrderKey;
  readonly number: number;
}

/** What the keys of an order are read from. */
interface KeySource {
  readonly key: SQL;
  /** The run's number where the key is, so that one index gives both in order. */
  readonly number: SQL;
  /** Casts what a client sent. */
  readonly cast: SQL;
  /** The table that holds them, where it is not that of the runs, and which of its rows. */
  readonly beside?: { readonly table: typeof runValues | typeof runWords; readonly rows: SQL };
}

export function sourceOf({ by }: RunOrder): KeySource {
  if (by === 'number') return { key: sql`${runs.number}`, number: sql`${runs.number}`, cast: sql`bigint` };
  if (by === 'status') return { key: sql<RunStatus>`${runs.status}`, number: sql`${runs.number}`, cast: sql`text` };
  if ('value' in by) return { key: sql`${runValues.value}`, number: sql`${runValues.number}`, cast: sql`float8`, beside: { table: runValues, rows: eq(runValues.name, by.value) } };
  return { key: sql`${runWords.word}`, number: sql`${runWords.number}`, cast: sql`text`, beside: { table: runWords, rows: eq(runWords.name, by.word) } };
}

/** Rows on one side of a place, in the order of a source. */
export function beyond({ key, number, cast }: KeySource, place: Place, side: 'above' | 'below'): SQL {
  const operator = side === 'above' ? sql`>` : sql`<`;
  return sql`(${key}, ${number}) ${operator} (${place.key}::${cast}, ${place.number}::bigint)`;
}

/** Runs without a key. */
export function keyless({ beside }: KeySource): SQL | undefined {
  if (beside === undefined) return undefined;
  const { table, rows } = beside;
  return sql`not exists (select 1 from ${table} where ${table.number} = ${runs.number} and ${rows})`;
}
