import { RunStatus, Verdict } from '@entropic-lab/protocol';
import { and, eq, gt, lt, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { runs, runTags, runValues, runWords } from '../tables.ts';
import { keyRange, type RunFilter } from './filter.ts';
import type { OrderKey, Place, RunOrder } from './order.ts';

/** A stretch of an order that one index gives: all lists are some of these, one behind the other. */
export interface Part {
  /** Where the order is read from: the runs themselves, by number, or a table beside them, by key and number. */
  readonly source: typeof runs | typeof runTags | typeof runValues | typeof runWords;
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
  if (by === 'status' || by === 'verdict') return byFew(by, { filter, descending }, places);
  return [...keyed(by, { filter, descending }, places), ...keyless(by, { filter, descending }, places)];
}

/** In the order of arrival. */
function byNumber(part: Pick<Part, 'constant' | 'members' | 'descending'>, { after, before }: Places): Part {
  const [behind, ahead] = part.descending ? [lt, gt] : [gt, lt];
  const rows = [...(after === undefined ? [] : [behind(runs.number, after.number)]), ...(before === undefined ? [] : [ahead(runs.number, before.number)])];
  return { ...part, source: runs, key: sql`${runs.number}`, number: sql`${runs.number}`, rows };
}

/** What runs have one of a few of, from the least to the greatest; `none`: some runs have none. */
const fews = {
  status: { words: RunStatus.options.toSorted(), column: runs.status, none: false },
  verdict: { words: Verdict.options.toReversed(), column: runs.verdict, none: true },
} as const;

/** Each of a few words is a list of its own, and so are the runs that have none. */
function byFew(by: keyof typeof fews, { filter, descending }: Asked, { after, before }: Places): Part[] {
  const { words, column, none } = fews[by];
  const keys: OrderKey[] = [...(descending ? words.toReversed() : words), ...(none ? [null] : [])];
  const wanted: readonly OrderKey[] = filter[by] ?? keys;
  return keys.flatMap((key, at) => {
    if (!wanted.includes(key) || (after !== undefined && at < keys.indexOf(after.key)) || (before !== undefined && at > keys.indexOf(before.key))) return [];
    const within = (place: Place | undefined) => (place?.key === key ? place : undefined);
    const members = [key === null ? sql`${column} is null` : sql`${column} = ${key}`];
    return [byNumber({ constant: key, members, descending }, { after: within(after), before: within(before) })];
  });
}

type NamedKey = Exclude<RunOrder['by'], 'number' | keyof typeof fews>;
interface Asked {
  readonly filter: RunFilter;
  readonly descending: boolean;
}

/** The table beside the runs that has the keys, and which of its rows they are. */
function tableOf(by: NamedKey) {
  if (by === 'tag') return { source: runTags, key: runTags.tag, cast: sql`text`, rows: [firstTag] } as const;
  if ('value' in by) return { source: runValues, key: runValues.value, cast: sql`float8`, rows: [eq(runValues.name, by.value)] } as const;
  return { source: runWords, key: runWords.word, cast: sql`text`, rows: [eq(runWords.name, by.word)] } as const;
}

const others = alias(runTags, 'others');
/** With an offset, though it is none, it is asked of each tag in the order, and is not made a join. */
const firstTag = sql`not exists (select 1 from ${runTags} others where ${others.number} = ${runTags.number} and ${others.tag} < ${runTags.tag} offset 0)`;

/** What the filter asks of the key itself. */
function rangeOf(by: NamedKey, filter: RunFilter): SQL[] {
  return typeof by === 'object' && 'value' in by ? keyRange(filter, by.value) : [];
}

/** The runs that have a key come first, */
function keyed(by: NamedKey, { filter, descending }: Asked, { after, before }: Places): Part[] {
  if (after?.key === null) return [];
  const { source, key, cast, rows: named } = tableOf(by);
  const beyond = (place: Place | undefined, operator: SQL) => (place === undefined || place.key === null ? [] : [sql`(${key}, ${source.number}) ${operator} (${place.key}::${cast}, ${place.number}::bigint)`]);
  const [behind, ahead] = descending ? [sql`<`, sql`>`] : [sql`>`, sql`<`];
  const rows = [...named, ...rangeOf(by, filter), ...beyond(after, behind), ...beyond(before, ahead)];
  return [{ source, key: sql`${key}`, number: sql`${source.number}`, rows, members: [], constant: undefined, descending }];
}

/** then those without, in the order of arrival; there are none where the filter asks for the key. */
function keyless(by: NamedKey, { filter, descending }: Asked, { after, before }: Places): Part[] {
  if ((before !== undefined && before.key !== null) || rangeOf(by, filter).length > 0) return [];
  const { source, rows } = tableOf(by);
  const named = by === 'tag' ? [] : rows;
  const none = sql`not exists (select 1 from ${source} where ${and(sql`${source.number} = ${runs.number}`, ...named)})`;
  return [byNumber({ constant: null, members: [none], descending }, { after: after?.key === null ? after : undefined, before })];
}
