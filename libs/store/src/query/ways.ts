import { and, sql, type SQL } from 'drizzle-orm';
import { runs } from '../tables.ts';
import { besideConditions, ownConditions, type RunFilter } from './filter.ts';
import type { Narrow } from './narrowest.ts';
import type { Part } from './parts.ts';

export interface PartOptions {
  readonly filter: RunFilter;
  /** What numbers the runs have that the filter lets through, where that is known. */
  readonly numbers: SQL | undefined;
  readonly limit: number;
  /** From the last one on; rows then come the last one first. */
  readonly fromEnd: boolean;
}

/** Going along the order. */
export interface Along {
  /** The page, where nothing is left to be tried run by run. */
  readonly whole: SQL | undefined;
  /** Those that pass of a stretch of the order. */
  page(stretch: { readonly from: number; readonly to: number; readonly limit: number }): SQL;
  /** Those that pass of all of it. Numbers are held in memory first: each run is then tried there, and few need be looked up. */
  among(narrow: Narrow): SQL;
  /** Says whether the order goes on behind so many. */
  behind(steps: number): SQL;
}

export function alongTheOrder(part: Part, { filter, numbers, limit, fromEnd }: PartOptions): Along {
  const direct = part.source === runs;
  const ofRuns = [...part.members, ...ownConditions(filter), numbers];
  // The runs' own columns have indexes by number: what they rule out need not be looked at.
  const left = [...(direct ? [] : ofRuns), ...besideConditions(filter)];
  const stretch = sql`select ${part.number} as number, ${part.key} as key from ${part.source}${where(...part.rows, ...(direct ? ofRuns : []))} ${sorted(part, fromEnd)}`;
  // With an offset, though it is none, it stays a question that is put to each run in turn, and is not made a join.
  const passes = sql`exists (select 1 from ${runs}${where(sql`${runs.number} = near.number`, ...left)} offset 0)`;
  const inTurn = (rows: SQL, condition: SQL, most: number) => sql`select near.number, near.key from (${rows}) near where ${condition} ${sorted({ ...part, ...near }, fromEnd)} limit ${most}`;
  return {
    whole: left.length === 0 ? sql`${stretch} limit ${limit}` : undefined,
    page: ({ from, to, limit: most }) => inTurn(sql`${stretch} offset ${from} limit ${to - from}`, passes, most),
    // "is true" keeps it from being made a join, whose rows would come in another order.
    among: (narrow) => inTurn(stretch, sql`(near.number in (${numbersOf(narrow)})) is true and ${passes}`, limit),
    behind: (steps) => sql`${stretch} offset ${steps} limit 1`,
  };
}

const near = { key: sql`near.key`, number: sql`near.number` };

/** A limit that is none keeps the planner from mixing the two ways: it plans the inner query by itself, to its end. */
const unlimited = sql`limit 1000000000`;

/** All that pass, sorted. @param narrow among these, each looked up by its number; undefined: found as PostgreSQL thinks best. */
export function gathered(part: Part, { filter, numbers, limit, fromEnd }: PartOptions, narrow: Narrow | undefined): SQL {
  const direct = part.source === runs;
  const among = narrow === undefined ? undefined : sql`${runs.number} = any(array(${numbersOf(narrow)}))`;
  const passed = where(among, ...(direct ? part.rows : []), ...part.members, ...ownConditions(filter), numbers, ...besideConditions(filter));
  const found = sql`(select ${runs.number} as number from ${runs}${passed} ${unlimited}) found`;
  if (direct) return sql`select found.number, found.number as key from ${found} ${sorted({ ...part, number: sql`found.number` }, fromEnd)} limit ${limit}`;
  return sql`select ${part.number} as number, ${part.key} as key from ${found} join ${part.source} on ${part.number} = found.number${where(...part.rows)} ${sorted(part, fromEnd)} limit ${limit}`;
}

/** With its size as a limit: PostgreSQL would keep no hash of numbers that it takes to be too many. */
function numbersOf({ numbers, size }: Narrow): SQL {
  return sql`select one.number from (${numbers}) one limit ${size}`;
}

export function sorted(part: Part, fromEnd: boolean): SQL {
  return sql`order by ${sql.join(inOrder(part, fromEnd), sql`, `)}`;
}

export function inOrder({ source, key, number, descending }: Part, fromEnd: boolean): SQL[] {
  const columns = source === runs ? [number] : [key, number];
  return columns.map((column) => (descending !== fromEnd ? sql`${column} desc` : sql`${column} asc`));
}

function where(...conditions: readonly (SQL | undefined)[]): SQL {
  const all = and(...conditions);
  return all === undefined ? sql`` : sql` where ${all}`;
}
