import type { Norm, RunStatus, Verdict } from '@entropic-lab/protocol';
import { eq, inArray, sql, type SQL } from 'drizzle-orm';
import { mendableCodes } from '../leases/fate.ts';
import { runs, runValues } from '../tables.ts';
import { attackIs, bounds, hasTag, lossVersionIs, numberIs, optionIs, type Beside } from './beside.ts';

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
  /** Version of the loss plugin, as the worker offered it that last began the run. */
  readonly lossVersion?: string | undefined;
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

/** Times of a run, by the fields that bound them. */
const spans = [
  { name: 'createdAt', from: 'createdFrom', before: 'createdBefore' },
  { name: 'finishedAt', from: 'finishedFrom', before: 'finishedBefore' },
] as const;
type SpanField = (typeof spans)[number]['from' | 'before'];
export const spanNames = spans.map(({ name }) => name);

type BesideField = 'loss' | 'lossVersion' | 'fromRun' | 'tags' | 'options' | 'metrics' | 'attacks';
type OwnField = Exclude<keyof RunFilter, SpanField | BesideField>;
type Rules<Field extends keyof RunFilter, Answer> = { readonly [Name in Field]-?: (value: NonNullable<RunFilter[Name]>) => Answer };

/** What each field asks of a run's own columns: one line a field. */
const ownRules: Rules<OwnField, SQL | undefined> = {
  ids: (ids) => inArray(runs.id, [...ids]),
  status: (statuses) => inArray(runs.status, [...statuses]),
  dataset: (name) => eq(runs.dataset, name),
  architecture: (name) => eq(runs.architecture, name),
  trainer: (kind) => eq(runs.trainer, kind),
  pool: (name) => eq(runs.pool, name),
  study: (id) => eq(runs.studyId, id),
  givenUp: (yes) => sql`(${runs.status} = 'failed' and ${inArray(sql`${runs.error} ->> 'code'`, [...mendableCodes])}) = ${yes}`,
  verdict: (verdicts) => inArray(runs.verdict, [...verdicts]),
  archived: (which) => ({ hide: sql`${runs.archivedAt} is null`, only: sql`${runs.archivedAt} is not null`, all: undefined })[which],
  search: (text) => mentions(text),
};

/** Those of them that an index answers. */
const indexed = ['ids', 'status', 'dataset', 'architecture', 'trainer', 'study', 'verdict'] as const satisfies readonly OwnField[];

/** What each field asks of the tables beside the runs. */
const besideRules: Rules<BesideField, readonly Beside[]> = {
  loss: (plugin) => [optionIs({ path: 'training.loss.plugin', oneOf: [plugin] })],
  lossVersion: (version) => [lossVersionIs(version)],
  fromRun: (id) => [optionIs({ path: 'model.fromRun', oneOf: [id] })],
  tags: (tags) => tags.map(hasTag),
  options: (options) => options.map(optionIs),
  metrics: (metrics) => metrics.map(numberIs),
  attacks: (attacks) => attacks.map(attackIs),
};

/** The filter as conditions on the table of runs. Runs that are put away pass only where the filter says so. */
export function conditions(filter: RunFilter): SQL[] {
  return [...ownConditions(filter), ...besideConditions(filter, { number: sql`${runs.number}`, inTurn: false })];
}

/** The part of them that a run's row answers. */
export function ownConditions(filter: RunFilter): SQL[] {
  return answers(ownRules, { ...filter, archived: filter.archived ?? 'hide' }).filter((condition) => condition !== undefined);
}

/** The part that other tables answer. */
export function besideConditions(filter: RunFilter, { number, inTurn }: { readonly number: SQL; readonly inTurn: boolean }): SQL[] {
  return besides(filter).map(({ test }) => test(number, inTurn));
}

/** Numbers of runs among which are all that pass, each time other ones: what a stretch of one index says. */
export function supersets(filter: RunFilter): SQL[] {
  const own = indexed.filter((field) => filter[field] !== undefined).flatMap((field) => answers(ownRules, { [field]: filter[field] }));
  return [...own.map((condition) => sql`select ${runs.number} as number from ${runs} where ${condition}`), ...besides(filter).map(({ numbers }) => numbers)];
}

function besides(filter: RunFilter): Beside[] {
  return [...answers(besideRules, filter).flat(), ...spansOf(filter).map(numberIs)];
}

function answers<Field extends keyof RunFilter, Answer>(rules: Rules<Field, Answer>, filter: RunFilter): Answer[] {
  const given = Object.entries(filter).filter(([field, value]) => Object.hasOwn(rules, field) && value !== undefined);
  return given.map(([field, value]) => (rules as Record<string, (value: unknown) => Answer>)[field]!(value));
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
