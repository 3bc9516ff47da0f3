import type { SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { supersets } from './filter.ts';
import { narrowest, withFew, worthHolding } from './narrowest.ts';
import type { Part } from './parts.ts';
import { readPlaces, type PlacedRun } from './placed.ts';
import { alongTheOrder, gathered, type Along, type PartOptions } from './ways.ts';

/** So many runs are looked up one by one for a page of so many before anything else: hardly longer than to ask for more than that. */
const lookedUpFirst = (limit: number): number => Math.max(300, 6 * limit);

/** And so many before all that pass are gathered and sorted. */
const lookedUp = (limit: number): number => 2000 + 20 * limit;

/** Where a quarter of a page was found, four times the way finds the rest: less than any other way. */
const longer = { after: 1 / 4, times: 4 };

/** So many parts of a filter are counted; further ones are tried run by run. */
const counted = 5;

/**
 * The first runs of the parts, one part behind the other, that the filter lets through. There are three ways, and none is good
 * for all. To go along the order and look up each run takes for ever where hardly any passes; to gather what passes and sort it,
 * where many do. Between them one goes along the order with the numbers of what may pass in memory. PostgreSQL would choose by
 * counting on filter and order to be independent, and on one metric's values to be spread as all metrics' are; neither is so.
 * Hence each is tried with a bound, the shortest first, and has a plan as good as given. A page is what one statement found, or
 * several in one snapshot: what counts say is which way to go, never who passes.
 */
export async function readParts(database: Database, parts: readonly Part[], options: PartOptions): Promise<PlacedRun[]> {
  const sets = supersets(options.filter).slice(0, counted);
  let few: Promise<SQL | undefined> | undefined;
  const known: Known = { sets, few: () => (few ??= withFew(database, sets)) };
  const rows: PlacedRun[] = [];
  for (const part of parts) {
    if (rows.length === options.limit) break;
    rows.push(...(await readPart(database, part, { ...options, known, limit: options.limit - rows.length })));
  }
  return rows;
}

interface Known {
  /** Numbers of runs among which are all that pass, by each part of the filter that an index answers. */
  readonly sets: readonly SQL[];
  /** One of them that has few; asked once. */
  few(): Promise<SQL | undefined>;
}

type Asked = PartOptions & { readonly known: Known };

async function readPart(database: Database, part: Part, options: Asked): Promise<PlacedRun[]> {
  const { fromEnd, known } = options;
  const { whole } = alongTheOrder(part, options);
  if (whole !== undefined) return readPlaces(database, part, { page: whole, fromEnd });
  const few = await known.few();
  if (few !== undefined) return readPlaces(database, part, { page: gathered(part, options, few), fromEnd });
  return (await readNear(database, part, options)) ?? (await readHeld(database, part, options)) ?? readWide(database, part, options);
}

/** A page that is full within some steps along the order; undefined: it is not. */
async function readNear(database: Database, part: Part, options: Asked): Promise<PlacedRun[] | undefined> {
  const { limit, fromEnd } = options;
  const along = alongTheOrder(part, options);
  const upTo = (steps: number) => readPlaces(database, part, { page: along.page({ from: 0, to: steps, limit }), fromEnd });
  const steps = lookedUpFirst(limit);
  const first = await upTo(steps);
  if (first.length === limit) return first;
  if (first.length < limit * longer.after) return undefined;
  const more = await upTo(steps * longer.times);
  return more.length === limit ? more : undefined;
}

/** Along the order with the numbers of what may pass in memory; undefined: they are too many. */
async function readHeld(database: Database, part: Part, options: Asked): Promise<PlacedRun[] | undefined> {
  const { limit, fromEnd, known: { sets } } = options;
  const most = worthHolding(limit);
  // One set alone is counted as it is held.
  const numbers = sets.length > 1 ? await narrowest(database, sets, most) : sets[0];
  if (numbers === undefined) return undefined;
  const read = (from: Database) => readPlaces(from, part, { page: alongTheOrder(part, options).among(numbers, most), fromEnd });
  const rows = await read(database);
  if (rows.length > 0) return rows;
  // Nothing passes, or the numbers were too many: in one snapshot, for they may be fewer by now.
  return inOneSnapshot(database, async (tx) => ((await narrowest(tx, [numbers], most)) === undefined ? undefined : read(tx)));
}

/** Where each part of the filter lets many through, or no index answers any. In one snapshot, so that no run moves between stretches. */
function readWide(database: Database, part: Part, options: PartOptions): Promise<PlacedRun[]> {
  return inOneSnapshot(database, (tx) => readStretches(tx, part, options));
}

function inOneSnapshot<T>(database: Database, read: (tx: Database) => Promise<T>): Promise<T> {
  return database.transaction(read, { isolationLevel: 'repeatable read', accessMode: 'read only' });
}

async function readStretches(database: Database, part: Part, options: PartOptions): Promise<PlacedRun[]> {
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
