import { sql, type SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs } from '../tables.ts';
import { supersets, type RunFilter } from './filter.ts';

/** Numbers of runs among which are all that a filter lets through. */
export interface Narrow {
  readonly numbers: SQL;
  readonly size: number;
}

/** So many parts of a filter are counted; further ones are tried run by run. */
const counted = 5;

/**
 * Numbers worth holding in memory for a page of so many. To hold m of them takes m steps; to find the page's runs among N by
 * looking up one after another, where m of N pass, limit * N / m steps that take some sixteen times as long. Both are equal
 * at m = 4 sqrt(limit * N); twice that, because those that pass may lie far from where the order begins. At most some 2 MB of
 * PostgreSQL's memory, of which it gives a hash 8 by default.
 */
const worthHolding = (limit: number): SQL => sql`least(50000, 8 * sqrt(${limit}::float8 * (select coalesce(max(${runs.number}), 0) from ${runs})))::int`;

/**
 * The part of a filter that by itself leaves the fewest runs, and how many: counted in its index and not guessed, for
 * PostgreSQL takes the values of all metrics to be spread alike. Undefined where each part leaves more than are worth holding.
 */
export async function narrowest(database: Database, filter: RunFilter, limit: number): Promise<Narrow | undefined> {
  const sets = supersets(filter).slice(0, counted);
  if (sets.length === 0) return undefined;
  const sizes = sets.map((numbers) => sql`(select count(*)::int from (select from (${numbers}) one limit (select most + 1 from worth)) counted)`);
  const { rows } = (await database.execute(sql`with worth as (select ${worthHolding(limit)} as most) select most, array[${sql.join(sizes, sql`, `)}] as sizes from worth`)) as unknown as { rows: { most: number; sizes: number[] }[] };
  const { most, sizes: found } = rows[0]!;
  const [narrow] = found.map((size, at) => ({ size, numbers: sets[at]! })).sort((a, b) => a.size - b.size);
  return narrow!.size <= most ? narrow : undefined;
}
