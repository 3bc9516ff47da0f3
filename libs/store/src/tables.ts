import type { Catalogue, DeviceLoad, LabErrorRecord, RunEventBody, RunSpec, RunStatus, Verdict } from '@entropic-lab/protocol';
import { sql } from 'drizzle-orm';
import { bigint, boolean, check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant, json, xid8 } from './columns.ts';
import type { Headline } from './events/headline.ts';
import { studies } from './results-tables.ts';

export * from './results-tables.ts';

/** A user's request and where it stands. The columns after `spec` repeat or summarize what spec and events say, for lists. */
export const runs = pgTable(
  'runs',
  {
    id: text('id').primaryKey(),
    /** Order of arrival; the key by which lists are paged. */
    number: bigint('number', { mode: 'number' }).notNull().generatedAlwaysAsIdentity().unique(),
    name: text('name'),
    spec: json<RunSpec>('spec').notNull(),
    dataset: text('dataset').notNull(),
    architecture: text('architecture').notNull(),
    /** Null: the run only evaluates. */
    trainer: text('trainer'),
    loss: text('loss'),
    fromRun: text('from_run'),
    /** What a worker must offer to compute it: `dataset:mnist`, `attack:pgd`. */
    needs: text('needs').array().notNull(),
    status: text('status').$type<RunStatus>().notNull(),
    pool: text('pool').notNull().default('default'),
    priority: integer('priority').notNull().default(0),
    /** Number of claims; the fence of the lease. */
    attempt: integer('attempt').notNull().default(0),
    /** Claims before somebody last asked for the run, which no longer count against the limit. */
    attemptsBefore: integer('attempts_before').notNull().default(0),
    /** A waiting run is not given to anybody earlier. */
    notBefore: instant('not_before'),
    workerId: text('worker_id'),
    leaseExpiresAt: instant('lease_expires_at'),
    cancelRequested: boolean('cancel_requested').notNull().default(false),
    lastSeq: integer('last_seq').notNull(),
    progress: json<Extract<RunEventBody, { type: 'progress' }>>('progress'),
    headline: json<Headline>('headline'),
    error: json<LabErrorRecord>('error'),
    /** Whether the audit of its final evaluation takes the robustness for real; null: not audited. */
    verdict: text('verdict').$type<Verdict>(),
    notes: text('notes').notNull().default(''),
    /** Hidden from lists since then. */
    archivedAt: instant('archived_at'),
    studyId: text('study_id').references(() => studies.id),
    /** Place in its study, from 0. */
    studyIndex: integer('study_index'),
    /** Which run of a planned study; null in a sweep. */
    studyKey: text('study_key'),
    createdAt: instant('created_at').notNull().defaultNow(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    /** The transaction that last changed what readers see of it, set by a trigger: no writer can forget it. */
    changed: xid8('changed').notNull().default(sql`pg_current_xact_id()`),
  },
  (run) => [
    check('runs_status', sql`${run.status} in ('queued', 'running', 'succeeded', 'failed', 'cancelled')`),
    check('runs_lease', sql`(${run.status} = 'running') = (${run.leaseExpiresAt} is not null)`),
    check('runs_verdict', sql`${run.verdict} in ('reliable', 'suspect', 'masked', 'broken')`),
    index('runs_in_line').on(run.pool, run.priority.desc().nullsFirst(), run.number).where(sql`status = 'queued'`),
    index('runs_by_change').on(run.changed, run.id),
    // Every list leaves out what is put away: where a run's number is all that is asked, no row need be read for it.
    index('runs_listed').on(run.number).where(sql`archived_at is null`),
    index('runs_by_status').on(run.status, run.number, run.archivedAt),
    index('runs_by_dataset').on(run.dataset, run.number, run.archivedAt),
    index('runs_by_architecture').on(run.architecture, run.number),
    index('runs_by_trainer').on(run.trainer, run.number),
    index('runs_by_verdict').on(run.verdict, run.number).where(sql`verdict is not null`),
    index('runs_by_study').on(run.studyId, run.studyIndex).where(sql`study_id is not null`),
    index('runs_by_worker').on(run.workerId).where(sql`status = 'running'`),
    index('runs_by_lease').on(run.leaseExpiresAt).where(sql`status = 'running'`),
  ],
);
export type RunRow = typeof runs.$inferSelect;

/** Runs that were deleted, so that readers of lists hear of it; written by a trigger of `runs`, and kept: an id each. */
export const deletedRuns = pgTable(
  'deleted_runs',
  {
    id: text('id').primaryKey(),
    changed: xid8('changed').notNull().default(sql`pg_current_xact_id()`),
  },
  (run) => [index('deleted_runs_by_change').on(run.changed, run.id)],
);

/** The history of every run; rows are the truth, and nobody updates or deletes one. */
export const runEvents = pgTable(
  'run_events',
  {
    runId: text('run_id').notNull().references(() => runs.id),
    seq: integer('seq').notNull(),
    attempt: integer('attempt').notNull(),
    time: instant('time').notNull(),
    type: text('type').$type<RunEventBody['type']>().notNull(),
    body: json<RunEventBody>('body').notNull(),
    /** Length of `body` as JSON, so that a page of events is bounded without reading it. */
    bytes: integer('bytes').notNull(),
  },
  (event) => [primaryKey({ columns: [event.runId, event.seq] }), check('run_events_seq', sql`${event.seq} >= 1`)],
);

/** Each distinct catalogue once, however many workers offer it. */
export const catalogues = pgTable('catalogues', {
  /** SHA-256 of the catalogue in canonical JSON. */
  hash: text('hash').primaryKey(),
  catalogue: json<Catalogue>('catalogue').notNull(),
});

export const workers = pgTable('workers', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  engine: text('engine').notNull(),
  device: text('device').notNull(),
  slots: integer('slots').notNull(),
  pools: text('pools').array().notNull().default(['default']),
  catalogueHash: text('catalogue_hash').notNull().references(() => catalogues.hash),
  /** What runs may need of it, in the words of `runs.needs`. */
  offers: text('offers').array().notNull(),
  /** What its device did when it last told. */
  load: json<DeviceLoad>('load'),
  registeredAt: instant('registered_at').notNull().defaultNow(),
  lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
  /** When it said good-bye; null as long as it did not. What it offers stays known. */
  leftAt: instant('left_at'),
});

/** Bytes that are kept, complete and verified; `createdAt` is when they last came. */
export const artifacts = pgTable('artifacts', {
  sha256: text('sha256').primaryKey(),
  bytes: bigint('bytes', { mode: 'number' }).notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
});

/** Which event of which run names an artifact, and as what. */
export const runArtifacts = pgTable(
  'run_artifacts',
  {
    runId: text('run_id').notNull(),
    seq: integer('seq').notNull(),
    kind: text('kind').$type<'weights' | 'checkpoint' | 'onnx' | 'images' | 'audit'>().notNull(),
    name: text('name').notNull(),
    sha256: text('sha256').notNull().references(() => artifacts.sha256),
  },
  (link) => [
    primaryKey({ columns: [link.runId, link.seq] }),
    foreignKey({ columns: [link.runId, link.seq], foreignColumns: [runEvents.runId, runEvents.seq] }),
    index('run_artifacts_by_content').on(link.sha256),
  ],
);

/** Runs that are asked for again and again, by the clock. */
export const schedules = pgTable(
  'schedules',
  {
    id: text('id').primaryKey(),
    name: text('name'),
    /** Five or six fields: `0 3 * * *`. */
    cron: text('cron').notNull(),
    /** In which the fields are read: `Europe/Berlin`. */
    timeZone: text('time_zone').notNull(),
    spec: json<RunSpec>('spec').notNull(),
    /** When it is due next; null: never again. */
    nextAt: instant('next_at'),
    lastAt: instant('last_at'),
    lastRun: text('last_run'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (schedule) => [index('schedules_by_time').on(schedule.nextAt)],
);
export type ScheduleRow = typeof schedules.$inferSelect;
