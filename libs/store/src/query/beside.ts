import { inArray, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { asWord } from '../results/leaves.ts';
import { lossVersion, versionWord } from '../results/versions.ts';
import { evaluations, runs, runTags, runValues, runWords } from '../tables.ts';
import type { AttackFilter, MetricFilter, OptionFilter, Range } from './filter.ts';

/**
 * What a table beside the runs answers, in both forms in which it can be asked. Which one is cheap depends on how many pass,
 * and so the reader of a list chooses.
 */
export interface Beside {
  /** Whether the run of that number passes: a look into an index for each run that is tried. @param inTurn Asked of each number by itself, and never made a join. */
  test(number: SQL, inTurn: boolean): SQL;
  /** Numbers of all runs that pass, some perhaps twice: one stretch of an index. */
  readonly numbers: SQL;
}

/** The latest value of a number by its name. */
export function numberIs({ name, ...range }: MetricFilter): Beside {
  return rowOf(runValues, sql`${runValues.name} = ${name}${within(runValues.value, range)}`);
}

/** Numbers and texts of a path lie in tables of their own; a list may ask for both. */
export function optionIs({ path, oneOf, ...range }: OptionFilter): Beside {
  if (oneOf === undefined) return numberIs({ name: path, ...range });
  const numbers = oneOf.filter((value) => typeof value === 'number');
  const words = oneOf.filter((value) => typeof value !== 'number').map(asWord);
  return either([
    ...(numbers.length === 0 ? [] : [rowOf(runValues, sql`${runValues.name} = ${path} and ${inArray(runValues.value, numbers)}${within(runValues.value, range)}`)]),
    ...(words.length === 0 ? [] : [rowOf(runWords, sql`${runWords.name} = ${path} and ${inArray(runWords.word, words)}`)]),
  ]);
}

export function lossVersionIs(version: string): Beside {
  return rowOf(runWords, sql`${runWords.name} = ${lossVersion} and ${runWords.word} = ${versionWord(version)}`);
}

export function hasTag(tag: string): Beside {
  return rowOf(runTags, sql`${runTags.tag} = ${tag}`);
}

/** Some attack of the latest evaluation. */
export function attackIs({ plugin, version, norm, epsilon, attackSuccessRate, robustAccuracy, verdict }: AttackFilter): Beside {
  const equal = [[evaluations.plugin, plugin], [evaluations.version, version], [evaluations.norm, norm]] as const;
  const given = equal.flatMap(([column, value]) => (value === undefined ? [] : [sql` and ${column} = ${value}`]));
  const ranges = [within(evaluations.epsilon, epsilon), within(evaluations.attackSuccessRate, attackSuccessRate), within(evaluations.robustAccuracy, robustAccuracy)];
  const judged = verdict === undefined ? [] : [sql` and ${inArray(evaluations.verdict, [...verdict])}`];
  return rowOf(evaluations, sql`${evaluations.latest}${sql.join([...given, ...ranges, ...judged])}`);
}

function rowOf(table: typeof runValues | typeof runWords | typeof runTags | typeof evaluations, passes: SQL): Beside {
  return {
    // An offset, though it is none, keeps PostgreSQL from gathering all that pass before it answers for one.
    test: (number, inTurn) => sql`exists (select 1 from ${table} where ${table.number} = ${number} and ${passes}${inTurn ? sql` offset 0` : sql``})`,
    numbers: sql`select ${table.number} as number from ${table} where ${passes}`,
  };
}

function either(ways: readonly Beside[]): Beside {
  if (ways.length === 0) return { test: () => sql`false`, numbers: sql`select ${runs.number} as number from ${runs} where false` };
  return { test: (number, inTurn) => sql`(${sql.join(ways.map(({ test }) => test(number, inTurn)), sql` or `)})`, numbers: sql.join(ways.map(({ numbers }) => numbers), sql` union all `) };
}

const comparisons = [['equals', sql`=`], ['atLeast', sql`>=`], ['atMost', sql`<=`], ['above', sql`>`], ['below', sql`<`]] as const;

export function bounds(column: PgColumn, range: Range): SQL[] {
  return comparisons.flatMap(([bound, operator]) => (range[bound] === undefined ? [] : [sql`${column} ${operator} ${range[bound]}::float8`]));
}

/** ` and column >= ...` for each bound that is given. */
function within(column: PgColumn, range: Range = {}): SQL {
  return sql.join(bounds(column, range).map((bound) => sql` and ${bound}`));
}
