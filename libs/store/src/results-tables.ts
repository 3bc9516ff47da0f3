import type { AttackResult, Norm, Options, RecordedPlan, Role, StudySpec, Verdict } from '@entropic-lab/protocol';
import { sql } from 'drizzle-orm';
import { bigint, boolean, check, doublePrecision, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, json } from './columns.ts';
import { runEvents, runs } from './tables.ts';

/*
 * What questions about the past are answered from. All of it but tags, studies and tokens repeats what specs and events
 * say, in the transaction that records them, in a form that an index can find. It lies beside the runs and not in their
 * rows, because those change with every event, and each change writes all indexes of a row.
 */

/** Every number by which runs are sorted and filtered: of the spec by path, times in seconds, the latest metrics by name. */
export const runValues = pgTable(
  'run_values',
  {
    number: bigint('number', { mode: 'number' }).notNull().references(() => runs.number, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    value: doublePrecision('value').notNull(),
  },
  (entry) => [primaryKey({ columns: [entry.number, entry.name] }), index('run_values_in_order').on(entry.name, entry.value, entry.number)],
);

/** The same for texts: of the spec by path, true and false among them, cut to `longestWord`. */
export const runWords = pgTable(
  'run_words',
  {
    number: bigint('number', { mode: 'number' }).notNull().references(() => runs.number, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    word: text('word').notNull(),
  },
  (entry) => [primaryKey({ columns: [entry.number, entry.name] }), index('run_words_in_order').on(entry.name, entry.word, entry.number)],
);

export const runTags = pgTable(
  'run_tags',
  {
    number: bigint('number', { mode: 'number' }).notNull().references(() => runs.number, { onDelete: 'cascade' }),
    tag: text('tag').notNull(),
  },
  (entry) => [primaryKey({ columns: [entry.number, entry.tag] }), index('run_tags_in_order').on(entry.tag, entry.number)],
);

/** The numbers of each epoch by name: what charts are drawn from. */
export const epochs = pgTable(
  'epochs',
  {
    runId: text('run_id').notNull().references(() => runs.id, { onDelete: 'cascade' }),
    epoch: integer('epoch').notNull(),
    seq: integer('seq').notNull(),
    time: instant('time').notNull(),
    metrics: json<Readonly<Record<string, number>>>('metrics').notNull(),
  },
  (epoch) => [primaryKey({ columns: [epoch.runId, epoch.epoch] })],
);

/** Each attack of each evaluation; what became of each example stays in the event. */
export const evaluations = pgTable(
  'evaluations',
  {
    runId: text('run_id').notNull(),
    /** The run's, so that what finds evaluations finds runs in order. */
    number: bigint('number', { mode: 'number' }).notNull(),
    /** The event that told it. */
    seq: integer('seq').notNull(),
    /** Place among the attacks of the event, from 0. */
    position: integer('position').notNull(),
    /** Epoch after which it was made; null: of the final state. */
    epoch: integer('epoch'),
    /** Whether no later evaluation of the run is known. */
    latest: boolean('latest').notNull(),
    plugin: text('plugin').notNull(),
    version: text('version').notNull(),
    hash: text('hash').notNull(),
    norm: text('norm').$type<Norm>().notNull(),
    epsilon: doublePrecision('epsilon').notNull(),
    options: json<Options>('options').notNull(),
    examples: integer('examples').notNull(),
    outcomes: json<AttackResult['outcomes']>('outcomes').notNull(),
    attackSuccessRate: doublePrecision('attack_success_rate'),
    attackSuccessLow: doublePrecision('attack_success_low'),
    attackSuccessHigh: doublePrecision('attack_success_high'),
    robustAccuracy: doublePrecision('robust_accuracy').notNull(),
    medianDistance: doublePrecision('median_distance'),
    forwardCalls: doublePrecision('forward_calls').notNull(),
    backwardCalls: doublePrecision('backward_calls').notNull(),
    seconds: doublePrecision('seconds').notNull(),
    /** Whether the audit takes this robustness for real; null: not audited. */
    verdict: text('verdict').$type<Verdict>(),
  },
  (entry) => [
    primaryKey({ columns: [entry.runId, entry.seq, entry.position] }),
    foreignKey({ columns: [entry.runId, entry.seq], foreignColumns: [runEvents.runId, runEvents.seq] }).onDelete('cascade'),
    check('evaluations_verdict', sql`${entry.verdict} in ('reliable', 'suspect', 'masked', 'broken')`),
    index('evaluations_by_attack').on(entry.plugin, entry.epsilon, entry.attackSuccessRate, entry.number).where(sql`latest`),
    index('evaluations_of_run').on(entry.number, entry.plugin, entry.epsilon, entry.attackSuccessRate).where(sql`latest`),
  ],
);
export type EvaluationRow = typeof evaluations.$inferSelect;

/** What a run withstood at one norm and epsilon: an example counts as robust that survived every attack made there. */
export const standings = pgTable(
  'standings',
  {
    number: bigint('number', { mode: 'number' }).notNull().references(() => runs.number, { onDelete: 'cascade' }),
    dataset: text('dataset').notNull(),
    norm: text('norm').$type<Norm>().notNull(),
    epsilon: doublePrecision('epsilon').notNull(),
    robustAccuracy: doublePrecision('robust_accuracy').notNull(),
    cleanAccuracy: doublePrecision('clean_accuracy').notNull(),
    examples: integer('examples').notNull(),
    attacks: text('attacks').array().notNull(),
  },
  (standing) => [
    primaryKey({ columns: [standing.number, standing.norm, standing.epsilon] }),
    index('standings_in_order').on(standing.dataset, standing.norm, standing.epsilon, standing.robustAccuracy, standing.number),
  ],
);
export type StandingRow = typeof standings.$inferSelect;

/** Runs that ask one question together. */
export const studies = pgTable(
  'studies',
  {
    id: text('id').primaryKey(),
    number: bigint('number', { mode: 'number' }).notNull().generatedAlwaysAsIdentity().unique(),
    name: text('name'),
    /** What a sweep varies; null: its runs are planned one by one. */
    spec: json<StudySpec>('spec'),
    /** Of a planned study: what it is found by, so that whoever goes on with it finds it; null of a sweep. */
    key: text('key').unique(),
    /** Of a planned study: its runs, tables and figures; null of a sweep. */
    plan: json<RecordedPlan>('plan'),
    runCount: integer('run_count').notNull(),
    /** At most so many of its runs are computed at a time; null: no limit of its own. */
    concurrency: integer('concurrency'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (study) => [
    check('studies_concurrency', sql`${study.concurrency} >= 1`),
    check('studies_kind', sql`(${study.spec} is null) = (${study.plan} is not null) and (${study.key} is null) = (${study.plan} is null)`),
  ],
);
export type StudyRow = typeof studies.$inferSelect;

/** Who may do what. The secret itself is not kept. */
export const tokens = pgTable(
  'tokens',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    role: text('role').$type<Role>().notNull(),
    /** SHA-256 of the secret, which is random and long: no slower hash would add to it. */
    hash: text('hash').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at'),
    revokedAt: instant('revoked_at'),
    /** To the nearest minute. */
    lastUsedAt: instant('last_used_at'),
  },
  (token) => [check('tokens_role', sql`${token.role} in ('viewer', 'operator', 'worker', 'admin')`)],
);
export type TokenRow = typeof tokens.$inferSelect;
