import { LabError, parseRecordedPlan, type RunStatus } from '@entropic-lab/protocol';
import { unknownStudy, type RunRow, type StatusCounts, type StudyRow } from '@entropic-lab/store';
import { startSweep } from '../sweep/start-sweep.ts';
import { assignmentsOf } from '../sweep/expand.ts';
import { builder } from './builder.ts';
import { withoutNulls } from './read-spec.ts';
import { RunObject } from './run.ts';
import { StudyInput } from './study-input.ts';
import { compareValues } from './study-table.ts';

const StatusCountsObject = builder.objectRef<StatusCounts>('StatusCounts').implement({
  description: 'Number of runs by status.',
  fields: (t) => {
    const of = (status: RunStatus, description: string) => t.exposeInt(status, { description });
    return {
      queued: of('queued', 'Runs that wait for a worker.'),
      running: of('running', 'Runs that are computed.'),
      succeeded: of('succeeded', 'Runs that ended with all their results.'),
      failed: of('failed', 'Runs that ended with an error.'),
      cancelled: of('cancelled', 'Runs that ended because somebody asked for it.'),
    };
  },
});

interface StudyRun {
  readonly run: RunRow;
  readonly parameters: Readonly<Record<string, unknown>>;
}

const StudyRunObject = builder.objectRef<StudyRun>('StudyRun').implement({
  description: 'A row of the table of a study.',
  fields: (t) => ({
    index: t.int({ resolve: ({ run }) => run.studyIndex!, description: 'Place in the study, from 0.' }),
    key: t.string({ nullable: true, resolve: ({ run }) => run.studyKey, description: 'Which run of a planned study it is; null in a sweep.' }),
    parameters: t.field({ type: 'JSON', resolve: ({ parameters }) => parameters, description: 'What was set for this run: an object of values by path. Empty in a planned study.' }),
    run: t.expose('run', { type: RunObject, description: 'The run; ask its `metrics` for the columns of the table.' }),
  }),
});

const StudyRunOrderEnum = builder.enumType('StudyRunOrder', {
  description: 'In which order the table of a study comes.',
  values: { ascending: { description: 'Smallest first.' }, descending: { description: 'Largest first.' } } as const,
});

export const StudyObject = builder.objectRef<StudyRow>('Study').implement({
  description: 'Runs that ask one question together.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Given by the lab.' }),
    number: t.exposeInt('number', { description: 'Order of arrival, from 1.' }),
    name: t.exposeString('name', { nullable: true, description: 'As its author named it.' }),
    spec: t.field({ type: 'JSON', nullable: true, resolve: ({ spec }) => spec, description: 'The whole request of a sweep. As an input of `sweep` it asks for the same again. Null of a planned study.' }),
    key: t.exposeString('key', { nullable: true, description: 'What a planned study is found by; null of a sweep.' }),
    plan: t.field({ type: 'JSON', nullable: true, resolve: ({ plan }) => plan, description: 'Of a planned study: its runs by key, and the tables and figures that they fill, as given to `planStudy`. Null of a sweep.' }),
    runCount: t.exposeInt('runCount', { description: 'Runs it began with; of a planned study, runs in its plan.' }),
    concurrency: t.exposeInt('concurrency', { nullable: true, description: 'At most so many of its runs are computed at a time; null: as many as workers take.' }),
    counts: t.field({ type: StatusCountsObject, resolve: ({ id }, _args, { countsOf }) => countsOf(id), description: 'Its runs by status, deleted ones left out.' }),
    ended: t.boolean({ resolve: async ({ id }, _args, { countsOf }) => isOver(await countsOf(id)), description: 'Whether none of its runs waits or is computed.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was recorded.' }),
    table: t.field({
      type: [StudyRunObject],
      args: {
        sortBy: t.arg.string({ description: 'Metric by whose latest value the rows are sorted; runs without it come last. Default: the order of the parameters.' }),
        order: t.arg({ type: StudyRunOrderEnum, defaultValue: 'descending', description: 'Default: descending.' }),
      },
      resolve: async (study, { sortBy, order }, { store, valuesOf }) => {
        const rows = tableOf(study, await store.runsOfStudy(study.id));
        if (!sortBy) return rows;
        const values = await Promise.all(rows.map(async ({ run }) => (await valuesOf(run.number)).find(({ name }) => name === sortBy)?.value));
        return rows.map((row, at) => ({ row, value: values[at] })).sort((a, b) => compareValues(a.value, b.value, order !== 'ascending')).map(({ row }) => row);
      },
      description: 'Each of its runs and what was set for it.',
    }),
  }),
});

function tableOf({ spec }: StudyRow, runs: readonly RunRow[]): StudyRun[] {
  if (spec === null) return runs.map((run) => ({ run, parameters: {} }));
  const assignments = assignmentsOf(spec);
  return runs.map((run) => ({ run, parameters: Object.fromEntries(assignments[run.studyIndex!]!) }));
}

function ofLength(text: string, path: string, least: number): string {
  if (text.length >= least && text.length <= 200) return text;
  throw new LabError('INVALID_INPUT', `[server] expected ${least} to 200 signs, got ${text.length} (${path}).`, { path });
}

function isOver({ queued, running }: StatusCounts): boolean {
  return queued + running === 0;
}

const mostStudies = 500;

builder.queryFields((t) => ({
  study: t.field({
    type: StudyObject,
    nullable: true,
    description: 'The study with that id, or null.',
    args: { id: t.arg.id({ required: true, description: 'Id of a study.' }) },
    resolve: (_root, { id }, { store }) => store.findStudy(id),
  }),
  studies: t.field({
    type: [StudyObject],
    description: 'Studies, newest first.',
    args: {
      first: t.arg.int({ defaultValue: 50, description: `At most so many, 1 to ${mostStudies}. Default 50.` }),
      olderThan: t.arg.int({ description: '`number` of the last study that the reader has. Default: from the newest.' }),
    },
    resolve: (_root, { first, olderThan }, { store }) => store.listStudies({ limit: readLimit(first ?? 50), olderThan: olderThan ?? undefined }),
  }),
}));

builder.mutationFields((t) => ({
  sweep: t.field({
    type: StudyObject,
    description: 'Records a study and queues all its runs. Every run is checked as by `startRun`; when anything is wrong with one, nothing is recorded. A run that fails does not end the others.',
    args: { input: t.arg({ type: StudyInput, required: true, description: 'What to search.' }) },
    resolve: async (_root, { input }, { store, log }) => {
      const study = await startSweep(store, input);
      log.info({ study: study.id, runs: study.runCount }, 'study queued');
      return study;
    },
  }),
  planStudy: t.field({
    type: StudyObject,
    description: 'Records a study whose runs start from one another, so that each is started, by `startRun` with its place in the study, when those it needs have ended. The study of that key, where there is one, gets this plan and name.',
    args: {
      key: t.arg.string({ required: true, description: 'What it is found by, 1 to 200 signs.' }),
      name: t.arg.string({ required: true, description: 'For people, up to 200 signs.' }),
      plan: t.arg({ type: 'JSON', required: true, description: '`title`, `citation`, `introduction`, `runs`, `tables` and `figures`, as `entropic reproduce` gives them.' }),
    },
    resolve: async (_root, { key, name, plan }, { store, log }) => {
      const study = await store.planStudy({ key: ofLength(key, 'key', 1), name: ofLength(name, 'name', 0), plan: parseRecordedPlan(withoutNulls(plan, ['cells'])) });
      log.info({ study: study.id, runs: study.runCount }, 'study planned');
      return study;
    },
  }),
  cancelStudy: t.field({
    type: StudyObject,
    description: 'Asks every run of a study that has not ended for its end. Asking twice is fine.',
    args: { studyId: t.arg.id({ required: true, description: 'Which study.' }) },
    resolve: async (_root, { studyId }, { store, log }) => {
      const study = await store.cancelStudy(studyId);
      log.info({ study: studyId }, 'study cancelled');
      return study;
    },
  }),
}));

builder.objectField(RunObject, 'study', (t) =>
  t.field({
    type: StudyObject,
    nullable: true,
    description: 'Study it belongs to.',
    resolve: async ({ studyId }, _args, { studyOf }) => {
      if (studyId === null) return null;
      const study = await studyOf(studyId);
      if (study === undefined) throw unknownStudy(studyId);
      return study;
    },
  }),
);

function readLimit(first: number): number {
  if (first >= 1 && first <= mostStudies) return first;
  throw new LabError('INVALID_INPUT', `[studies] expected 1 to ${mostStudies} studies, got ${first} (first).`, { path: 'first' });
}
