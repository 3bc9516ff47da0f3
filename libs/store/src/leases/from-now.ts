import { sql, type SQL } from 'drizzle-orm';

/** The moment so long from now, by the database's clock, which all servers have in common. */
export function fromNow(seconds: number): SQL<Date> {
  return sql<Date>`now() + make_interval(secs => ${seconds})`;
}
