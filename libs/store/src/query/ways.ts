import { and, sql, type SQL } from 'drizzle-orm';
import { runs } from '../tables.ts';
import { besideConditions, conditions, ownConditions, type RunFilter } from './filter.ts';
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
  page(stretch: Stretch): SQL;
  /** Those that pass of all of it. Numbers are held in memory first: each run is then tried there, and few need be looked up. None where the numbers are more than so many. */
  among(numbers: SQL, most: SQL): SQL;
  /** Says whether the order goes on behind so many. */
  behind(steps: number): SQL;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

export function alongTheOrder(part: Part, { filter, numbers, limit, fromEnd }: PartOptions): Along {
  const direct = part.source === runs;
  const ofRuns = [...part.members, ...ownConditions(filter), numbers];
  const beside = besideConditions(filter, { number: near.number, inTurn: true });
  const stretch = sql`select ${part.number} as number, ${part.key} as key from ${part.source}${where(...part.rows, ...(direct ? ofRuns : []))} ${sorted(part, fromEnd)}`;
  // The runs' own columns have indexes by number: what they rule out need not be looked at.
  const left = direct ? [] : ofRuns;
  // With an offset, though it is none, it stays a question that is put to each run in turn, and is not made a join.
  const own = left.length === 0 ? sql`true` : sql`exists (select 1 from ${runs}${where(sql`${runs.number} = near.number`, ...left)} offset 0)`;
  // In this order, for the tables beside rule out the most: PostgreSQL would ask for what a run is first.
  const passes = sql`case when ${and(...beside) ?? sql`true`} then ${own} else false end`;
  const inTurn = (rows: SQL, condition: SQL, most: number) => sql`select near.number, near.key from (${rows}) near where ${condition} ${sorted({ ...part, ...near }, fromEnd)} limit ${most}`;
  return {
    whole: left.length + beside.length === 0 ? sql`${stretch} limit ${limit}` : undefined,
    page: ({ from, to, limit: most }) => inTurn(sql`${stretch} offset ${from} limit ${to - from}`, passes, most),
    among: (all, most) => sql`with held as materialized (select most, array(select one.number from (${all}) one limit most + 1) as numbers from (select ${most} as most) bound) ${inTurn(stretch, inHeld(passes), limit)}`,
    behind: (steps) => sql`${stretch} offset ${steps} limit 1`,
  };
}

const near = { key: sql`near.key`, number: sql`near.number` };

/** "is true" keeps it from being made a join, whose rows would come in another order. */
function inHeld(passes: SQL): SQL {
  return sql`(select cardinality(numbers) <= most from held) and (near.number in (select unnest(numbers) from held)) is true and ${passes}`;
}

/** A limit that is none keeps the planner from mixing the two ways: it plans the inner query by itself, to its end. */
const unlimited = sql`limit 1000000000`;

/** All that pass, sorted. @param few among these, each looked up by its number; undefined: found as PostgreSQL thinks best. */
export function gathered(part: Part, { filter, numbers, limit, fromEnd }: PartOptions, few: SQL | undefined): SQL {
  const direct = part.source === runs;
  const among = few === undefined ? undefined : sql`${runs.number} = any(array(${few}))`;
  const passed = where(among, ...(direct ? part.rows : []), ...part.members, numbers, ...conditions(filter));
  const found = sql`(select ${runs.number} as number from ${runs}${passed} ${unlimited}) found`;
  if (direct) return sql`select found.number, found.number as key from ${found} ${sorted({ ...part, number: sql`found.number` }, fromEnd)} limit ${limit}`;
  return sql`select ${part.number} as number, ${part.key} as key from ${found} join ${part.source} on ${part.number} = found.number${where(...part.rows)} ${sorted(part, fromEnd)} limit ${limit}`;
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
