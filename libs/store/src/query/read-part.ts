import { eq, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs, type RunRow } from '../tables.ts';
import { narrowest } from './narrowest.ts';
import type { OrderKey } from './order.ts';
import type { Part } from './parts.ts';
import { alongTheOrder, gathered, inOrder, type Along, type PartOptions } from './ways.ts';

/** A run and its place in the order it was asked for. */
export interface PlacedRun {
  readonly run: RunRow;
  readonly key: OrderKey;
}

/** So many runs are looked up one by one for a page of so many, before all that pass are gathered and sorted. */
const lookedUp = (limit: number): number => 2000 + 20 * limit;

/** Where a quarter of a page was found, four times the way finds the rest: less than to gather. */
const longer = { after: 1 / 4, times: 4 };

/** So many are looked up one by one and sorted: less than to go along the whole order, should the page not be full before. */
const few = 500;

/**
 * The first runs of a part that the filter lets through. There are three ways, and none is good for all. To go along the
 * order and look up each run takes for ever where hardly any passes; to gather what passes and sort it, where many do. Between
 * them one goes along the order with the numbers of what may pass in memory. PostgreSQL would choose by counting on filter
 * and order to be independent, and on one metric's values to be spread as all metrics' are; neither is so. Hence what may
 * pass is counted, and each way has a plan as good as given. All in one snapshot, so that the same rows are counted and read.
 */
export async function readPart(database: Database, part: Part, options: PartOptions): Promise<PlacedRun[]> {
  const { whole } = alongTheOrder(part, options);
  if (whole !== undefined) return readPlaces(database, part, { page: whole, fromEnd: options.fromEnd });
  return database.transaction((tx) => readTried(tx, part, options), { isolationLevel: 'repeatable read', accessMode: 'read only' });
}

async function readTried(database: Database, part: Part, options: PartOptions): Promise<PlacedRun[]> {
  const { filter, limit, fromEnd } = options;
  const narrow = await narrowest(database, filter, limit);
  if (narrow === undefined) return readWide(database, part, options);
  const page = narrow.size <= few ? gathered(part, options, narrow) : alongTheOrder(part, options).among(narrow);
  return readPlaces(database, part, { page, fromEnd });
}

/** Where each part of the filter lets many through, or no index answers any. */
async function readWide(database: Database, part: Part, options: PartOptions): Promise<PlacedRun[]> {
  const { limit, fromEnd } = options;
  const along = alongTheOrder(part, options);
  const read = (page: SQL) => readPlaces(database, part, { page, fromEnd });
  const steps = lookedUp(limit);
  let rows = await read(along.page({ from: 0, to: steps, limit }));
  if (rows.length === limit || !(await goesOn(database, along, steps))) return rows;
  if (rows.length >= limit * longer.after) {
    rows = [...rows, ...(await read(along.page({ from: steps, to: steps * longer.times, limit: limit - rows.length })))];
    if (rows.length === limit || !(await goesOn(database, along, steps * longer.times))) return rows;
  }
  return read(gathered(part, options, undefined));
}

async function goesOn(database: Database, along: Along, steps: number): Promise<boolean> {
  const { rows } = (await database.execute(along.behind(steps))) as unknown as { rows: unknown[] };
  return rows.length > 0;
}

/** The wide rows of the few runs on a page. */
async function readPlaces(database: Database, part: Part, { page, fromEnd }: { readonly page: SQL; readonly fromEnd: boolean }): Promise<PlacedRun[]> {
  const columns = { run: runs, key: sql<number | string>`page.key` };
  const places = { ...part, key: sql`page.key`, number: sql`page.number` };
  const rows = await database.select(columns).from(sql`(${page}) page`).innerJoin(runs, eq(runs.number, places.number)).orderBy(...inOrder(places, fromEnd));
  return rows.map(({ run, key }) => ({ run, key: part.constant !== undefined ? part.constant : part.source === runs ? run.number : key }));
}
