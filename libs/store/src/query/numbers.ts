import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { runs, runValues } from '../tables.ts';
import { keyRange, spanNames, type RunFilter } from './filter.ts';

/**
 * Between which numbers the runs of a filter's span of time lie. Runs are numbered as they come, so this is most of what
 * such a filter says, and in a form that goes with every order by number. It reads nothing but the index of the times.
 * `none`: there is no run in that span; undefined: the filter has no span.
 */
export async function numbersOf(database: Database, filter: RunFilter): Promise<SQL | 'none' | undefined> {
  const bounds: SQL[] = [];
  for (const name of spanNames) {
    const range = keyRange(filter, name);
    if (range.length === 0) continue;
    const times = sql`(select ${runValues.number} as number from ${runValues} where ${and(eq(runValues.name, name), ...range)} limit 1000000000) times`;
    const { rows } = (await database.execute(sql`select min(number)::text as first, max(number)::text as last from ${times}`)) as unknown as { rows: { first: string | null; last: string | null }[] };
    const { first, last } = rows[0]!;
    if (first === null) return 'none';
    bounds.push(sql`${runs.number} between ${first}::bigint and ${last}::bigint`);
  }
  return and(...bounds);
}
