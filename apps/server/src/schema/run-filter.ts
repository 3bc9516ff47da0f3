import { LabError, type Verdict } from '@entropic-lab/protocol';
import type { AttackFilter, OptionFilter, Range, RunFilter } from '@entropic-lab/store';
import { VerdictEnum } from './audit.ts';
import { builder } from './builder.ts';
import { NormEnum, RunStatusEnum } from './enums.ts';

const NumberRangeInput = builder.inputType('NumberRange', {
  description: 'Numbers that pass: every given bound must hold.',
  fields: (t) => ({
    equals: t.float({ description: 'Exactly this.' }),
    atLeast: t.float({ description: 'This or more.' }),
    atMost: t.float({ description: 'This or less.' }),
    above: t.float({ description: 'More than this.' }),
    below: t.float({ description: 'Less than this.' }),
  }),
});

const OptionFilterInput = builder.inputType('OptionFilter', {
  description: 'A field of the spec by its path, and what it must be. A run whose spec has no such field does not pass.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'From the root of the spec: `training.loss.options.lambda`, `evaluation.attacks.0.epsilon`.' }),
    oneOf: t.field({ type: ['JSON'], description: 'One of these: numbers, texts, true or false. Default: anything.' }),
    range: t.field({ type: NumberRangeInput, description: 'A number within this. Default: anything.' }),
  }),
});

const MetricFilterInput = builder.inputType('MetricFilter', {
  description: 'The latest value of a metric, and what it must be. A run without it does not pass.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'As `metricNames` lists them: `cleanAccuracy`, `loss.total`, `attackSuccessRate/pgd/linf/0.3`.' }),
    range: t.field({ type: NumberRangeInput, required: true, description: 'Within this.' }),
  }),
});

const AttackFilterInput = builder.inputType('AttackFilter', {
  description: 'An attack of the latest evaluation; every given field must hold of one and the same.',
  fields: (t) => ({
    plugin: t.string({ description: 'Name of the plugin.' }),
    version: t.string({ description: 'Version of the plugin.' }),
    norm: t.field({ type: NormEnum, description: 'Norm of the budget.' }),
    epsilon: t.field({ type: NumberRangeInput, description: 'Budget in the units of the pixels.' }),
    attackSuccessRate: t.field({ type: NumberRangeInput, description: 'Found / examples that were classified correctly before, 0 to 1.' }),
    robustAccuracy: t.field({ type: NumberRangeInput, description: 'Examples still classified correctly / all examples, 0 to 1.' }),
    verdict: t.field({ type: [VerdictEnum], description: 'One of these, by the audit of this norm and epsilon.' }),
  }),
});

const ArchivedEnum = builder.enumType('Archived', {
  description: 'What to do with runs that are put away.',
  values: { hide: { description: 'Leave them out.' }, only: { description: 'Leave out all others.' }, all: { description: 'Treat them like others.' } } as const,
});

export const RunFilterInput = builder.inputType('RunFilter', {
  description: 'Which runs; every given field must hold.',
  fields: (t) => ({
    ids: t.idList({ description: 'One of these.' }),
    status: t.field({ type: [RunStatusEnum], description: 'One of these.' }),
    dataset: t.string({ description: 'Name of the data set.' }),
    architecture: t.string({ description: 'Name of the architecture.' }),
    trainer: t.string({ description: 'Kind of trainer.' }),
    loss: t.string({ description: 'Loss plugin.' }),
    lossVersion: t.string({ description: 'Version of the loss plugin, as the worker offered it that last began the run: `1.2.0`.' }),
    fromRun: t.string({ description: 'Run whose weights it starts from.' }),
    pool: t.string({ description: 'Pool of workers.' }),
    study: t.id({ description: 'Study it belongs to.' }),
    givenUp: t.boolean({ description: 'True: only dead letters, runs that failed of what another attempt might mend when their attempts were used up. False: all others.' }),
    verdict: t.field({ type: [VerdictEnum], description: 'One of these, by the audit of its final evaluation. Runs that are not audited do not pass.' }),
    tags: t.stringList({ description: 'It has all of these.' }),
    archived: t.field({ type: ArchivedEnum, description: 'Runs that are put away. Default: hide.' }),
    search: t.string({ description: 'Part of the name, the notes or the id, capitals or not.' }),
    createdFrom: t.field({ type: 'DateTime', description: 'Recorded then or later.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Recorded before.' }),
    finishedFrom: t.field({ type: 'DateTime', description: 'Ended then or later.' }),
    finishedBefore: t.field({ type: 'DateTime', description: 'Ended before.' }),
    options: t.field({ type: [OptionFilterInput], description: 'Fields of the spec; all must hold.' }),
    metrics: t.field({ type: [MetricFilterInput], description: 'Latest metrics; all must hold.' }),
    attacks: t.field({ type: [AttackFilterInput], description: 'Attacks of the latest evaluation; for each of these there must be one.' }),
  }),
});

export type RunFilterArgument = typeof RunFilterInput.$inferInput;

const mostEntries = 100;

/**
 * The filter as the store knows it. In GraphQL null and absent say the same here.
 * @throws LabError INVALID_INPUT for values that an option cannot have, and lists that are too long.
 */
export function readFilter(filter: RunFilterArgument | null | undefined): RunFilter {
  const { options, metrics, attacks, verdict, ...plain } = present(filter ?? {});
  for (const [field, entry] of Object.entries(filter ?? {})) refuseLong(entry, field);
  return {
    ...(plain as RunFilter),
    ...(verdict === undefined ? {} : { verdict: verdict as Verdict[] }),
    ...(options === undefined ? {} : { options: options.map(readOption) }),
    ...(metrics === undefined ? {} : { metrics: metrics.map(({ name, range }) => ({ name, ...readRange(range) })) }),
    ...(attacks === undefined ? {} : { attacks: attacks.map((attack) => readAttack(present(attack))) }),
  };
}

function readOption({ path, oneOf, range }: typeof OptionFilterInput.$inferInput, at: number): OptionFilter {
  const wrong = (oneOf ?? []).findIndex((value) => !['number', 'string', 'boolean'].includes(typeof value));
  if (wrong >= 0) throw invalid('a number, a text, true or false', JSON.stringify(oneOf![wrong]), `filter.options.${at}.oneOf.${wrong}`);
  refuseLong(oneOf, `options.${at}.oneOf`);
  return { path, ...(oneOf ? { oneOf: oneOf as (number | string | boolean)[] } : {}), ...readRange(range) };
}

function readAttack({ epsilon, attackSuccessRate, robustAccuracy, ...plain }: Present<typeof AttackFilterInput.$inferInput>): AttackFilter {
  return { ...(plain as AttackFilter), epsilon: readRange(epsilon), attackSuccessRate: readRange(attackSuccessRate), robustAccuracy: readRange(robustAccuracy) };
}

function readRange(range: typeof NumberRangeInput.$inferInput | null | undefined): Range {
  return present(range ?? {});
}

type Present<T> = { [Key in keyof T]?: NonNullable<T[Key]> };

function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined)) as Present<T>;
}

function refuseLong(list: unknown, field: string): void {
  if (Array.isArray(list) && list.length > (field === 'ids' ? 1000 : mostEntries)) throw invalid('a shorter list', `${list.length} entries`, `filter.${field}`);
}

function invalid(expected: string, got: string, path: string): LabError {
  return new LabError('INVALID_INPUT', `[runs] expected ${expected}, got ${got} (${path}).`, { path });
}
