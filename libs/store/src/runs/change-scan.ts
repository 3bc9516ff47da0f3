import { asc, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import type { Database } from '../database/driver.ts';
import { deletedRuns, runs } from '../tables.ts';

/**
 * How far a reader of changes has come. Transactions commit in another order than they are numbered, so a plain "above
 * the last number seen" would miss one that commits late. All below the oldest transaction still running when a scan
 * began is settled; what is at or above it is looked at again, and passed over where it is known.
 */
export interface Place {
  /** Everything that transactions below this number changed is told. */
  from: string;
  /** What is told of transactions from there on: run, and the transaction that changed it. */
  readonly told: Map<string, string>;
  /** Where the scan under way has come, and where the next begins. */
  scan: { readonly changed: string; readonly id: string; readonly nextFrom: string } | undefined;
}

const pageSize = 100;

/** Behind all that is committed, or at the cursor. */
export async function currentPlace(database: Database, cursor: string | undefined): Promise<Place> {
  const oldest = await oldestRunning(database);
  // A cursor of a database that was set up anew may lie in its future.
  if (cursor !== undefined) return { from: BigInt(cursor) < BigInt(oldest) ? cursor : oldest, told: new Map(), scan: undefined };
  const place: Place = { from: oldest, told: new Map(), scan: undefined };
  while (!(await keysBehind(database, place)).ended);
  return place;
}

/** The next runs that changed or were deleted and are not told yet, which then are; and whether the scan has come to its end. */
export async function keysBehind(database: Database, place: Place): Promise<{ ids: string[]; ended: boolean }> {
  const { changed, id, nextFrom } = place.scan ?? { changed: place.from, id: '', nextFrom: await oldestRunning(database) };
  const behind = (table: typeof runs | typeof deletedRuns) =>
    database
      .select({ id: table.id, changed: table.changed })
      .from(table)
      .where(sql`(${table.changed}, ${table.id}) > (${changed}::xid8, ${id}::text)`)
      .orderBy(asc(table.changed), asc(table.id))
      .limit(pageSize);
  const either = unionAll(behind(runs), behind(deletedRuns)).as('either');
  const keys = await database
    .select({ id: either.id, changed: sql<string>`${either.changed}::text` })
    .from(either)
    .orderBy(asc(either.changed), asc(either.id))
    .limit(pageSize);
  const fresh = keys.filter((key) => place.told.get(key.id) !== key.changed);
  for (const key of fresh) place.told.set(key.id, key.changed);
  const ended = keys.length < pageSize;
  place.scan = ended ? undefined : { ...keys.at(-1)!, nextFrom };
  if (ended) settle(place, nextFrom);
  return { ids: fresh.map((key) => key.id), ended };
}

function settle(place: Place, from: string): void {
  place.from = from;
  for (const [id, changed] of place.told) if (BigInt(changed) < BigInt(from)) place.told.delete(id);
}

/** Asked before the rows are read: a transaction that ends in between is looked at again, not missed. */
export async function oldestRunning(database: Database): Promise<string> {
  const [row] = await database.select({ oldest: sql<string>`pg_snapshot_xmin(pg_current_snapshot())::text` }).from(sql`(select 1) as one`);
  return row!.oldest;
}
