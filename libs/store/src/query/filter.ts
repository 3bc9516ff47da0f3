import type { Norm, RunStatus, Verdict } from '@entropic-lab/protocol';
import { and, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { mendableCodes } from '../leases/fate.ts';
import { asWord } from '../results/leaves.ts';
import { evaluations, runs, runTags, runValues, runWords } from '../tables.ts';

/** Numbers that pass: every given bound must hold. */
export interface Range {
  readonly equals?: number | undefined;
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
  readonly above?: number | undefined;
  readonly below?: number | undefined;
}

/** A field of the spec by its path, and what it must be. */
export interface OptionFilter extends Range {
  readonly path: string;
  /** One of these: numbers, texts, true or false. */
  readonly oneOf?: readonly (number | string | boolean)[] | undefined;
}

/** The latest value of a metric by its name. */
export interface MetricFilter extends Range {
  readonly name: string;
}

/** An attack of the latest evaluation; every given field must hold of one and the same. */
export interface AttackFilter {
  readonly plugin?: string | undefined;
  readonly version?: string | undefined;
  readonly norm?: Norm | undefined;
  readonly epsilon?: Range | undefined;
  readonly attackSuccessRate?: Range | undefined;
  readonly robustAccuracy?: Range | undefined;
  readonly verdict?: readonly Verdict[] | undefined;
}

/** Which runs; every given field must hold. */
export interface RunFilter {
  readonly ids?: readonly string[] | undefined;
  readonly status?: readonly RunStatus[] | undefined;
  readonly dataset?: string | undefined;
  readonly architecture?: string | undefined;
  readonly trainer?: string | undefined;
  readonly loss?: string | undefined;
  readonly fromRun?: string | undefined;
  readonly pool?: string | undefined;
  readonly study?: string | undefined;
  /** True: only runs that failed of what another attempt might mend, when their attempts were used up. False: all others. */
  readonly givenUp?: boolean | undefined;
  readonly verdict?: readonly Verdict[] | undefined;
  /** It has all of these. */
  readonly tags?: readonly string[] | undefined;
  /** Default: `hide`. */
  readonly archived?: 'hide' | 'only' | 'all' | undefined;
  /** Part of the name, the notes or the id, capitals or not. */
  readonly search?: string | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  readonly finishedFrom?: Date | undefined;
  readonly finishedBefore?: Date | undefined;
  readonly options?: readonly OptionFilter[] | undefined;
  readonly metrics?: readonly MetricFilter[] | undefined;
  readonly attacks?: readonly AttackFilter[] | undefined;
}

type Rules = { readonly [Field in Exclude<keyof RunFilter, SpanField>]-?: (value: NonNullable<RunFilter[Field]>) => SQL | undefined };

/** Times of a run, by the fields that bound them. */
const spans = [
  { name: 'createdAt', from: 'createdFrom', before: 'createdBefore' },
  { name: 'finishedAt', from: 'finishedFrom', before: 'finishedBefore' },
] as const;
type SpanField = (typeof spans)[number]['from' | 'before'];
export const spanNames = spans.map(({ name }) => name);

/** What each field asks of a run: one line a field. */
const rules: Rules = {
  ids: (ids) => inArray(runs.id, [...ids]),
  status: (statuses) => inArray(runs.status, [...statuses]),
  dataset: (name) => eq(runs.dataset, name),
  architecture: (name) => eq(runs.architecture, name),
  trainer: (kind) => eq(runs.trainer, kind),
  loss: (plugin) => optionIs({ path: 'training.loss.plugin', oneOf: [plugin] }),
  fromRun: (id) => optionIs({ path: 'model.fromRun', oneOf: [id] }),
  pool: (name) => eq(runs.pool, name),
  study: (id) => eq(runs.studyId, id),
  givenUp: (yes) => sql`(${runs.status} = 'failed' and ${inArray(sql`${runs.error} ->> 'code'`, [...mendableCodes])}) = ${yes}`,
  verdict: (verdicts) => inArray(runs.verdict, [...verdicts]),
  tags: (tags) => and(...tags.map((tag) => sql`exists (select 1 from ${runTags} where ${runTags.number} = ${runs.number} and ${runTags.tag} = ${tag})`)),
  archived: (which) => ({ hide: sql`${runs.archivedAt} is null`, only: sql`${runs.archivedAt} is not null`, all: undefined })[which],
  search: (text) => mentions(text),
  options: (options) => and(...options.map(optionIs)),
  metrics: (metrics) => and(...metrics.map(metricIs)),
  attacks: (attacks) => and(...attacks.map(attackIs)),
};

/** Fields that are answered from tables beside the runs; all others from the runs' own columns. */
const besideFields: ReadonlySet<string> = new Set<keyof RunFilter>(['loss', 'fromRun', 'tags', 'options', 'metrics', 'attacks']);

/** The filter as conditions on the table of runs. Runs that are put away pass only where the filter says so. */
export function conditions(filter: RunFilter): SQL[] {
  return [...ownConditions(filter), ...besideConditions(filter)];
}

/** The part of them that a run's row answers. */
export function ownConditions(filter: RunFilter): SQL[] {
  return conditionsOf({ ...filter, archived: filter.archived ?? 'hide' }, (field) => !besideFields.has(field));
}

/** The part that other tables answer. */
export function besideConditions(filter: RunFilter): SQL[] {
  return [...conditionsOf(filter, (field) => besideFields.has(field)), ...spansOf(filter).map(metricIs)];
}

function conditionsOf(filter: RunFilter, asked: (field: string) => boolean): SQL[] {
  const given = Object.entries(filter).filter(([field, value]) => field in rules && value !== undefined && asked(field));
  return given.flatMap(([field, value]) => (rules as Record<string, (value: unknown) => SQL | undefined>)[field]!(value) ?? []);
}

function spansOf(filter: RunFilter): MetricFilter[] {
  const seconds = (moment: Date | undefined) => (moment === undefined ? undefined : moment.getTime() / 1000);
  const given = spans.map(({ name, from, before }) => ({ name, atLeast: seconds(filter[from]), below: seconds(filter[before]) }));
  return given.filter(({ atLeast, below }) => atLeast !== undefined || below !== undefined);
}

/** What the filter asks of a run's number of that name, as conditions on the row that holds it. */
export function keyRange(filter: RunFilter, name: string): SQL[] {
  const { metrics = [], options = [] } = filter;
  const ranges: Range[] = [
    ...[...metrics, ...spansOf(filter)].filter((metric) => metric.name === name),
    ...options.filter((option) => option.path === name && option.oneOf === undefined),
  ];
  return ranges.flatMap((range) => bounds(runValues.value, range));
}

/** Fields that a run passes for good or never. */
const standingFields = ['ids', 'dataset', 'architecture', 'trainer', 'loss', 'fromRun', 'pool', 'study', 'createdFrom', 'createdBefore', 'options'] as const satisfies readonly (keyof RunFilter)[];

/** The part of a filter that a run passes for good or never, also runs that are put away. */
export function standing(filter: RunFilter): RunFilter {
  return { ...Object.fromEntries(standingFields.map((field) => [field, filter[field]])), archived: 'all' };
}

function mentions(text: string): SQL {
  const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return sql`(${runs.name} ilike ${pattern} or ${runs.notes} ilike ${pattern} or ${runs.id} ilike ${pattern})`;
}

function metricIs({ name, ...range }: MetricFilter): SQL {
  return sql`exists (select 1 from ${runValues} where ${runValues.number} = ${runs.number} and ${runValues.name} = ${name}${within(runValues.value, range)})`;
}

/** Numbers and texts of a path lie in tables of their own; a list may ask for both. */
function optionIs({ path, oneOf, ...range }: OptionFilter): SQL {
  if (oneOf === undefined) return metricIs({ name: path, ...range });
  const numbers = oneOf.filter((value) => typeof value === 'number');
  const words = oneOf.filter((value) => typeof value !== 'number').map(asWord);
  const either = [
    ...(numbers.length === 0 ? [] : [sql`exists (select 1 from ${runValues} where ${runValues.number} = ${runs.number} and ${runValues.name} = ${path} and ${inArray(runValues.value, numbers)}${within(runValues.value, range)})`]),
    ...(words.length === 0 ? [] : [sql`exists (select 1 from ${runWords} where ${runWords.number} = ${runs.number} and ${runWords.name} = ${path} and ${inArray(runWords.word, words)})`]),
  ];
  return either.length === 0 ? sql`false` : sql`(${sql.join(either, sql` or `)})`;
}

function attackIs({ plugin, version, norm, epsilon, attackSuccessRate, robustAccuracy, verdict }: AttackFilter): SQL {
  const equal = [[evaluations.plugin, plugin], [evaluations.version, version], [evaluations.norm, norm]] as const;
  const given = equal.flatMap(([column, value]) => (value === undefined ? [] : [sql` and ${column} = ${value}`]));
  const ranges = [within(evaluations.epsilon, epsilon), within(evaluations.attackSuccessRate, attackSuccessRate), within(evaluations.robustAccuracy, robustAccuracy)];
  const judged = verdict === undefined ? [] : [sql` and ${inArray(evaluations.verdict, [...verdict])}`];
  return sql`exists (select 1 from ${evaluations} where ${evaluations.number} = ${runs.number} and ${evaluations.latest}${sql.join([...given, ...ranges, ...judged])})`;
}

const comparisons = [['equals', sql`=`], ['atLeast', sql`>=`], ['atMost', sql`<=`], ['above', sql`>`], ['below', sql`<`]] as const;

function bounds(column: PgColumn, range: Range): SQL[] {
  return comparisons.flatMap(([bound, operator]) => (range[bound] === undefined ? [] : [sql`${column} ${operator} ${range[bound]}::float8`]));
}

/** ` and column >= ...` for each bound that is given. */
function within(column: PgColumn, range: Range = {}): SQL {
  return sql.join(bounds(column, range).map((bound) => sql` and ${bound}`));
}
