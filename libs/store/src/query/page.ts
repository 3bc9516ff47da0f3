import { and, asc, count, desc, eq, gt, lt, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import type { Session } from '../session.ts';
import { runs, type RunRow } from '../tables.ts';
import { conditions, type RunFilter } from './filter.ts';
import { beyond, keyless, newestFirst, sourceOf, type OrderKey, type Place, type RunOrder } from './order.ts';

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

/** A run and its place in the order it was asked for. */
export interface PlacedRun {
  readonly run: RunRow;
  readonly key: OrderKey;
}

/**
 * Runs in an order, from a place on. A place is a key and a number, and numbers are given once and never change: so pages
 * neither skip nor repeat a run while others arrive. Only a run whose own key changes meanwhile may be met at its old
 * place, its new one, both or none.
 */
export async function listRuns({ database }: Session, { order = newestFirst, ...page }: RunPageOptions): Promise<PlacedRun[]> {
  const parts = page.fromEnd === true ? [withoutKey, withKey] : [withKey, withoutKey];
  const rows: PlacedRun[] = [];
  for (const part of parts) {
    if (rows.length < page.limit) rows.push(...(await part(database, order, { ...page, limit: page.limit - rows.length })));
  }
  return page.fromEnd === true ? rows.reverse() : rows;
}

type Page = Omit<RunPageOptions, 'order'>;

/** The runs that have a key come first. */
async function withKey(database: Database, order: RunOrder, { filter = {}, limit, after, before, fromEnd = false }: Page): Promise<PlacedRun[]> {
  if (after?.key === null) return [];
  const source = sourceOf(order);
  const down = order.descending !== fromEnd;
  const places = [
    after === undefined ? undefined : beyond(source, after, order.descending ? 'below' : 'above'),
    before === undefined || before.key === null ? undefined : beyond(source, before, order.descending ? 'above' : 'below'),
  ];
  const direct = order.by === 'number';
  const inOrder = [...(direct ? [] : [source.key]), source.number].map((part) => (down ? desc(part) : asc(part)));
  const columns = { run: runs, key: sql<number | string>`${source.key}` };
  const where = and(source.beside?.rows, ...conditions(filter), ...places);
  const rows = source.beside === undefined
    ? await database.select(columns).from(runs).where(where).orderBy(...inOrder).limit(limit)
    : await database.select(columns).from(source.beside.table).innerJoin(runs, eq(runs.number, source.beside.table.number)).where(where).orderBy(...inOrder).limit(limit);
  return rows.map(({ run, key }) => ({ run, key: direct ? run.number : key }));
}

/** Then those without, in the order of arrival. */
async function withoutKey(database: Database, order: RunOrder, { filter = {}, limit, after, before, fromEnd = false }: Page): Promise<PlacedRun[]> {
  const none = keyless(sourceOf(order));
  if (none === undefined || (before !== undefined && before.key !== null)) return [];
  const down = order.descending !== fromEnd;
  const bound = (place: Place | undefined, side: typeof lt): SQL | undefined => (place === undefined || place.key !== null ? undefined : side(runs.number, place.number));
  const where = and(none, ...conditions(filter), bound(after, order.descending ? lt : gt), bound(before, order.descending ? gt : lt));
  const rows = await database.select().from(runs).where(where).orderBy(down ? desc(runs.number) : asc(runs.number)).limit(limit);
  return rows.map((run) => ({ run, key: null }));
}

export async function countRuns({ database }: Session, filter: RunFilter = {}): Promise<number> {
  const [row] = await database.select({ total: count() }).from(runs).where(and(...conditions(filter)));
  return row!.total;
}
