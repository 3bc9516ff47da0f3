import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs } from '../tables.ts';

/** So many are looked up one by one and sorted: less than to go along the whole order, should the page not be full before. */
const few = sql`500`;

/**
 * Numbers worth holding in memory for a page of so many. To hold m of them takes m steps; to find the page's runs among N by
 * looking up one after another, where m of N pass, limit * N / m steps that take some six times as long. Both are equal at
 * m = 2.4 sqrt(limit * N); some three times that, because those that pass may lie far from where the order begins. At most some
 * 2 MB of PostgreSQL's memory, of which it gives a hash 8 by default.
 */
export function worthHolding(limit: number): SQL {
  return sql`(select least(50000, 8 * sqrt(${limit}::float8 * (select coalesce(max(${runs.number}), 0) from ${runs})))::int)`;
}

/** A set of numbers that is known to have few. */
export function withFew(database: Database, sets: readonly SQL[]): Promise<SQL | undefined> {
  return narrowest(database, sets, few);
}

/**
 * The set with the fewest numbers, counted in its index and not guessed, for PostgreSQL takes the values of all metrics to be
 * spread alike. None is counted any further than the bound; undefined: each has more.
 */
export async function narrowest(database: Database, sets: readonly SQL[], most: SQL): Promise<SQL | undefined> {
  if (sets.length === 0) return undefined;
  const sizes = sets.map((numbers) => sql`(select count(*)::int from (select from (${numbers}) one limit (select most + 1 from bound)) counted)`);
  const { rows } = (await database.execute(sql`with bound as (select ${most} as most) select most, array[${sql.join(sizes, sql`, `)}] as sizes from bound`)) as unknown as { rows: { most: number; sizes: number[] }[] };
  const { most: bound, sizes: found } = rows[0]!;
  const least = Math.min(...found);
  return least <= bound ? sets[found.indexOf(least)] : undefined;
}
