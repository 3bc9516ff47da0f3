import { eq, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs, type RunRow } from '../tables.ts';
import type { OrderKey } from './order.ts';
import type { Part } from './parts.ts';
import { inOrder } from './ways.ts';

/** A run and its place in the order it was asked for. */
export interface PlacedRun {
  readonly run: RunRow;
  readonly key: OrderKey;
}

/** The wide rows of the few runs on a page. */
export async function readPlaces(database: Database, part: Part, { page, fromEnd }: { readonly page: SQL; readonly fromEnd: boolean }): Promise<PlacedRun[]> {
  const columns = { run: runs, key: sql<number | string>`page.key` };
  const places = { ...part, key: sql`page.key`, number: sql`page.number` };
  const rows = await database.select(columns).from(sql`(${page}) page`).innerJoin(runs, eq(runs.number, places.number)).orderBy(...inOrder(places, fromEnd));
  return rows.map(({ run, key }) => ({ run, key: part.constant !== undefined ? part.constant : part.source === runs ? run.number : key }));
}
