import { unknownRun, type RunRow } from '@entropic-lab/store';
import { ArtifactObject } from './artifact.ts';
import { VerdictEnum } from './audit.ts';
import { builder } from './builder.ts';
import { RunStatusEnum } from './enums.ts';
import { EvaluationObject } from './evaluation.ts';
import { HeadlineObject } from './headline.ts';
import { LabErrorRef } from './lab-error.ts';
import { isMetric, MetricObject } from './metric.ts';
import { FinalEvaluationObject } from './metrics.ts';
import { ProgressObject } from './progress.ts';
import { WaitingObject } from './waiting.ts';

export const RunObject = builder.objectRef<RunRow>('Run').implement({
  description: 'A request to train and attack, and where it stands.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Given by the lab.' }),
    number: t.exposeInt('number', { description: 'Order of arrival, from 1.' }),
    name: t.exposeString('name', { nullable: true, description: 'As its author named it.' }),
    status: t.expose('status', { type: RunStatusEnum, description: 'Where it stands.' }),
    spec: t.field({ type: 'JSON', resolve: ({ spec }) => spec, description: 'The whole request, with every default filled in. As an input of `startRun` it asks for the same again.' }),
    dataset: t.exposeString('dataset', { description: 'Name of the data set.' }),
    architecture: t.exposeString('architecture', { description: 'Name of the architecture.' }),
    trainer: t.exposeString('trainer', { nullable: true, description: 'Kind of trainer; null for a run that only evaluates.' }),
    loss: t.exposeString('loss', { nullable: true, description: 'Loss plugin; null for a run that only evaluates.' }),
    fromRun: t.exposeString('fromRun', { nullable: true, description: 'Run whose weights it starts from.' }),
    pool: t.exposeString('pool', { description: 'Only workers of this pool compute it.' }),
    priority: t.exposeInt('priority', { description: 'Higher goes first.' }),
    waiting: t.field({
      type: WaitingObject,
      nullable: true,
      resolve: async ({ id, status }, _args, { waitingOf }) => (status === 'queued' ? ((await waitingOf(id)) ?? null) : null),
      description: 'Why it waits; null for a run that does not.',
    }),
    attempt: t.exposeInt('attempt', { description: 'Times that a worker claimed it.' }),
    workerId: t.exposeString('workerId', { nullable: true, description: 'Worker that holds or finished it.' }),
    leaseSecondsLeft: t.float({
      nullable: true,
      resolve: ({ status, leaseExpiresAt }) => (status === 'running' && leaseExpiresAt !== null ? (leaseExpiresAt.getTime() - Date.now()) / 1000 : null),
      description: 'Seconds until it is taken from its worker unless that gives a sign of life, when this was asked, by the clock of the server; null while no worker holds it.',
    }),
    cancelRequested: t.exposeBoolean('cancelRequested', { description: 'Somebody asked for it to stop.' }),
    lastSeq: t.exposeInt('lastSeq', { description: '`seq` of its latest event, from 1.' }),
    progress: t.expose('progress', { type: ProgressObject, nullable: true, description: 'How far it is, as last told.' }),
    headline: t.expose('headline', { type: HeadlineObject, nullable: true, description: 'Its last known quality.' }),
    error: t.expose('error', { type: LabErrorRef, nullable: true, description: 'Why it failed.' }),
    artifacts: t.field({ type: [ArtifactObject], resolve: ({ id }, _args, { artifactsOf }) => artifactsOf(id), description: 'Bytes it kept, in the order of its events.' }),
    verdict: t.expose('verdict', { type: VerdictEnum, nullable: true, description: 'What the audit of its final evaluation says of its robustness; null: not audited.' }),
    tags: t.field({ type: ['String'], resolve: ({ number }, _args, { tagsOf }) => tagsOf(number), description: 'Words that people put on it, by the alphabet.' }),
    notes: t.exposeString('notes', { description: 'What people wrote about it: Markdown.' }),
    archivedAt: t.expose('archivedAt', { type: 'DateTime', nullable: true, description: 'When it was put away; null: lists show it.' }),
    metrics: t.field({
      type: [MetricObject],
      args: { names: t.arg.stringList({ description: 'Only these, also numbers of the spec by path. Default: all but numbers of the spec.' }) },
      resolve: async ({ number }, { names }, { valuesOf }) => (await valuesOf(number)).filter(({ name }) => (names ? names.includes(name) : isMetric(name))),
      description: 'Its latest numbers, by the alphabet.',
    }),
    evaluations: t.field({ type: [EvaluationObject], resolve: ({ id }, _args, { evaluationsOf }) => evaluationsOf(id), description: 'The attacks of its latest evaluation, in the order of the spec.' }),
    finalEvaluation: t.field({
      type: FinalEvaluationObject,
      nullable: true,
      resolve: async ({ id }, _args, { finalEvaluationOf }) => (await finalEvaluationOf(id)) ?? null,
      description: 'What it measured of its final state, whole: accuracy, noise, entropies, signs of hidden gradients, every attack with its outcomes, and the audit. Null until it has.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was recorded.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When a worker first began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

builder.queryField('run', (t) =>
  t.field({
    type: RunObject,
    nullable: true,
    description: 'The run with that id, or null.',
    args: { id: t.arg.id({ required: true, description: 'Id of a run.' }) },
    resolve: (_root, { id }, { store }) => store.findRun(id),
  }),
);

/** @throws LabError UNKNOWN_RUN. */
export function requireRun(run: RunRow | undefined, runId: string): RunRow {
  if (run === undefined) throw unknownRun(runId);
  return run;
}
