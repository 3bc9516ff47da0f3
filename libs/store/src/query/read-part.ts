import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs, type RunRow } from '../tables.ts';
import { besideConditions, ownConditions, type RunFilter } from './filter.ts';
import type { OrderKey } from './order.ts';
import type { Part } from './parts.ts';

/** A run and its place in the order it was asked for. */
export interface PlacedRun {
  readonly run: RunRow;
  readonly key: OrderKey;
}

export interface PartOptions {
  readonly filter: RunFilter;
  /** What numbers the runs have that the filter lets through, where that is known. */
  readonly numbers: SQL | undefined;
  readonly limit: number;
  /** From the last one on; rows then come the last one first. */
  readonly fromEnd: boolean;
  /** Few pass the filter, as far as is known: they are gathered at once. */
  readonly sparse: boolean;
}

export interface PartRows {
  readonly rows: PlacedRun[];
  /** Whether all that pass had to be gathered, and were fewer than asked for. */
  readonly sparse: boolean;
}

/** So many runs are looked at in order for a page of so many, before all that the filter lets through are gathered and sorted. */
const lookedAt = (limit: number): number => 2000 + 20 * limit;

/** Where a quarter of a page was found, four times the way finds the rest: less than to gather. */
const longer = { after: 1 / 4, times: 4 };

/**
 * The first runs of a part that the filter lets through. There are two ways, and neither is good for all: to go along the
 * order and try each run takes for ever where hardly any passes, to gather what passes and sort it where many do.
 * PostgreSQL would choose by counting on filter and order to be independent, and on one metric's values to be spread as
 * all metrics' are; neither is so. Hence the first way a few steps, and further where it finds enough; then the second,
 * each with its plan as good as given. All in one snapshot, so that steps are counted over the same rows.
 */
export async function readPart(database: Database, part: Part, options: PartOptions): Promise<PartRows> {
  const along = alongTheOrder(part, options);
  const { whole } = along;
  if (whole !== undefined) return { rows: await readPlaces(database, part, { page: whole, fromEnd: options.fromEnd }), sparse: options.sparse };
  return database.transaction((tx) => readSteps(tx, part, { ...options, along }), { isolationLevel: 'repeatable read', accessMode: 'read only' });
}

async function readSteps(database: Database, part: Part, options: PartOptions & { readonly along: Along }): Promise<PartRows> {
  const { limit, fromEnd, sparse, along } = options;
  const steps = lookedAt(limit);
  const read = (page: SQL) => readPlaces(database, part, { page, fromEnd });
  const goesOn = async (behind: number) => ((await database.execute(along.behind(behind))) as unknown as { rows: unknown[] }).rows.length > 0;
  if (!sparse) {
    let rows = await read(along.page({ from: 0, to: steps, limit }));
    if (rows.length === limit || !(await goesOn(steps))) return { rows, sparse };
    if (rows.length >= limit * longer.after) {
      rows = [...rows, ...(await read(along.page({ from: steps, to: steps * longer.times, limit: limit - rows.length })))];
      if (rows.length === limit || !(await goesOn(steps * longer.times))) return { rows, sparse };
    }
  }
  const rows = await read(gathered(part, options));
  return { rows, sparse: rows.length < limit };
}

interface Along {
  /** The page, where nothing is left to be tried run by run. */
  readonly whole: SQL | undefined;
  /** Those that pass of a stretch of the order. */
  page(stretch: { readonly from: number; readonly to: number; readonly limit: number }): SQL;
  /** Says whether the order goes on behind so many. */
  behind(steps: number): SQL;
}

function alongTheOrder(part: Part, { filter, numbers, limit, fromEnd }: PartOptions): Along {
  const direct = part.source === runs;
  const ofRuns = [...part.members, ...ownConditions(filter), numbers];
  // The runs' own columns have indexes by number: what they rule out need not be looked at.
  const left = [...(direct ? [] : ofRuns), ...besideConditions(filter)];
  const stretch = sql`select ${part.number} as number, ${part.key} as key from ${part.source}${where(...part.rows, ...(direct ? ofRuns : []))} ${sorted(part, fromEnd)}`;
  // With an offset, though it is none, it stays a question that is put to each run in turn, and is not made a join.
  const passes = sql`exists (select 1 from ${runs}${where(sql`${runs.number} = near.number`, ...left)} offset 0)`;
  return {
    whole: left.length === 0 ? sql`${stretch} limit ${limit}` : undefined,
    page: ({ from, to, limit: most }) => sql`select near.number, near.key from (${stretch} offset ${from} limit ${to - from}) near where ${passes} ${sorted({ ...part, ...near }, fromEnd)} limit ${most}`,
    behind: (steps) => sql`${stretch} offset ${steps} limit 1`,
  };
}

const near = { key: sql`near.key`, number: sql`near.number` };

/** A limit that is none keeps the planner from mixing the two ways: it plans the inner query by itself, to its end. */
const unlimited = sql`limit 1000000000`;

function gathered(part: Part, { filter, numbers, limit, fromEnd }: PartOptions): SQL {
  const direct = part.source === runs;
  const passed = where(...(direct ? part.rows : []), ...part.members, ...ownConditions(filter), numbers, ...besideConditions(filter));
  const found = sql`(select ${runs.number} as number from ${runs}${passed} ${unlimited}) found`;
  if (direct) return sql`select found.number, found.number as key from ${found} ${sorted({ ...part, number: sql`found.number` }, fromEnd)} limit ${limit}`;
  return sql`select ${part.number} as number, ${part.key} as key from ${found} join ${part.source} on ${part.number} = found.number${where(...part.rows)} ${sorted(part, fromEnd)} limit ${limit}`;
}

/** The wide rows of the few runs on a page. */
async function readPlaces(database: Database, part: Part, { page, fromEnd }: { readonly page: SQL; readonly fromEnd: boolean }): Promise<PlacedRun[]> {
  const columns = { run: runs, key: sql<number | string>`page.key` };
  const places = { ...part, key: sql`page.key`, number: sql`page.number` };
  const rows = await database.select(columns).from(sql`(${page}) page`).innerJoin(runs, eq(runs.number, places.number)).orderBy(...inOrder(places, fromEnd));
  return rows.map(({ run, key }) => ({ run, key: part.constant !== undefined ? part.constant : part.source === runs ? run.number : key }));
}

function sorted(part: Part, fromEnd: boolean): SQL {
  return sql`order by ${sql.join(inOrder(part, fromEnd), sql`, `)}`;
}

function inOrder({ source, key, number, descending }: Part, fromEnd: boolean): SQL[] {
  const columns = source === runs ? [number] : [key, number];
  return columns.map((column) => (descending !== fromEnd ? sql`${column} desc` : sql`${column} asc`));
}

function where(...conditions: readonly (SQL | undefined)[]): SQL {
  const all = and(...conditions);
  return all === undefined ? sql`` : sql` where ${all}`;
}
