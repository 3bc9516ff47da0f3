import { and, count } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { runs } from '../tables.ts';
import { conditions, type RunFilter } from './filter.ts';
import { numbersOf } from './numbers.ts';
import { newestFirst, type Place, type RunOrder } from './order.ts';
import { partsOf } from './parts.ts';
import type { PlacedRun } from './placed.ts';
import { readParts } from './read-parts.ts';

export interface RunPageOptions {
  readonly filter?: RunFilter | undefined;
  /** Default: newest first. */
  readonly order?: RunOrder | undefined;
  readonly limit: number;
  /** Only runs behind this place of the order. */
  readonly after?: Place | undefined;
  /** Only runs ahead of this place. */
  readonly before?: Place | undefined;
  /** Take the last of those. Default false: the first. Pages come in the order all the same. */
  readonly fromEnd?: boolean;
}

/**
 * Runs in an order, from a place on. A place is a key and a number, and numbers are given once and never change: so pages
 * neither skip nor repeat a run while others arrive. Only a run whose own key changes meanwhile may be met at its old
 * place, its new one, both or none.
 */
export async function listRuns({ database }: Session, { order = newestFirst, filter = {}, limit, fromEnd = false, ...places }: RunPageOptions): Promise<PlacedRun[]> {
  const numbers = await numbersOf(database, filter);
  if (numbers === 'none') return [];
  const parts = partsOf(order, filter, places);
  const rows = await readParts(database, fromEnd ? parts.toReversed() : parts, { filter, numbers, limit, fromEnd });
  return fromEnd ? rows.reverse() : rows;
}

/** Runs that pass. @param upTo No more are counted than one above it, which says that there are more: what a count takes grows with what it counts. */
export async function countRuns({ database }: Session, filter: RunFilter = {}, upTo?: number): Promise<number> {
  const passing = database.select({ number: runs.number }).from(runs).where(and(...conditions(filter)));
  const counted = (upTo === undefined ? passing.$dynamic() : passing.$dynamic().limit(upTo + 1)).as('counted');
  const [row] = await database.select({ total: count() }).from(counted);
  return row!.total;
}
