import { RunStatus } from '@entropic-lab/protocol';
import { eq, gt, lt, sql, type SQL } from 'drizzle-orm';
import { runs, runValues, runWords } from '../tables.ts';
import { keyRange, type RunFilter } from './filter.ts';
import type { OrderKey, Place, RunOrder } from './order.ts';

/** A stretch of an order that one index gives: all lists are some of these, one behind the other. */
export interface Part {
  /** Where the order is read from: the runs themselves, by number, or a table beside them, by key and number. */
  readonly source: typeof runs | typeof runValues | typeof runWords;
  readonly key: SQL;
  /** The run's number where the key is, so that one index gives both in order. */
  readonly number: SQL;
  /** Which rows of the source: those of the name, between the places, and in the range that the filter gives the key. */
  readonly rows: readonly SQL[];
  /** What else a run must be to stand in this part. */
  readonly members: readonly SQL[];
  /** The key of all its runs; undefined: each its own. */
  readonly constant: OrderKey | undefined;
  readonly descending: boolean;
}

export interface Places {
  readonly after?: Place | undefined;
  readonly before?: Place | undefined;
}

/** The parts of an order, the first one first, less those that the places or the filter leave empty. */
export function partsOf(order: RunOrder, filter: RunFilter, places: Places): Part[] {
  const { by, descending } = order;
  if (by === 'number') return [byNumber({ constant: undefined, members: [], descending }, places)];
  if (by === 'status') return byStatus(filter, descending, places);
  return [...keyed(by, { filter, descending }, places), ...keyless(by, { filter, descending }, places)];
}

/** In the order of arrival. */
function byNumber(part: Pick<Part, 'constant' | 'members' | 'descending'>, { after, before }: Places): Part {
  const [behind, ahead] = part.descending ? [lt, gt] : [gt, lt];
  const rows = [...(after === undefined ? [] : [behind(runs.number, after.number)]), ...(before === undefined ? [] : [ahead(runs.number, before.number)])];
  return { ...part, source: runs, key: sql`${runs.number}`, number: sql`${runs.number}`, rows };
}

/** Each status is a list of its own. */
function byStatus(filter: RunFilter, descending: boolean, { after, before }: Places): Part[] {
  const statuses = RunStatus.options.filter((status) => filter.status?.includes(status) ?? true).sort();
  const behind = (a: OrderKey, b: OrderKey) => (descending ? String(a) < String(b) : String(a) > String(b));
  return (descending ? statuses.reverse() : statuses).flatMap((status) => {
    if ((after !== undefined && behind(after.key, status)) || (before !== undefined && behind(status, before.key))) return [];
    const at = (place: Place | undefined) => (place?.key === status ? place : undefined);
    return [byNumber({ constant: status, members: [eq(runs.status, status)], descending }, { after: at(after), before: at(before) })];
  });
}

type NamedKey = Exclude<RunOrder['by'], string>;
interface Asked {
  readonly filter: RunFilter;
  readonly descending: boolean;
}

/** The runs that have a key come first, */
function keyed(by: NamedKey, { filter, descending }: Asked, { after, before }: Places): Part[] {
  if (after?.key === null) return [];
  const [source, key, cast, named] = 'value' in by
    ? ([runValues, runValues.value, sql`float8`, eq(runValues.name, by.value)] as const)
    : ([runWords, runWords.word, sql`text`, eq(runWords.name, by.word)] as const);
  const beyond = (place: Place | undefined, operator: SQL) => (place === undefined || place.key === null ? [] : [sql`(${key}, ${source.number}) ${operator} (${place.key}::${cast}, ${place.number}::bigint)`]);
  const [behind, ahead] = descending ? [sql`<`, sql`>`] : [sql`>`, sql`<`];
  const rows = [named, ...('value' in by ? keyRange(filter, by.value) : []), ...beyond(after, behind), ...beyond(before, ahead)];
  return [{ source, key: sql`${key}`, number: sql`${source.number}`, rows, members: [], constant: undefined, descending }];
}

/** then those without, in the order of arrival; there are none where the filter asks for the key. */
function keyless(by: NamedKey, { filter, descending }: Asked, { after, before }: Places): Part[] {
  if ((before !== undefined && before.key !== null) || ('value' in by && keyRange(filter, by.value).length > 0)) return [];
  const [source, named] = 'value' in by ? ([runValues, eq(runValues.name, by.value)] as const) : ([runWords, eq(runWords.name, by.word)] as const);
  const none = sql`not exists (select 1 from ${source} where ${source.number} = ${runs.number} and ${named})`;
  return [byNumber({ constant: null, members: [none], descending }, { after: after?.key === null ? after : undefined, before })];
}
