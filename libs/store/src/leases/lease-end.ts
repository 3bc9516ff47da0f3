import { sql, type SQL } from 'drizzle-orm';

/** The end of a lease that begins now, by the database's clock, which all servers have in common. */
export function leaseEnd(seconds: number): SQL<Date> {
  return sql<Date>`now() + make_interval(secs => ${seconds})`;
}
