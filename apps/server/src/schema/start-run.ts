import { checkSpec } from '../check-spec/check-spec.ts';
import { builder } from './builder.ts';
import { readSpec } from './read-spec.ts';
import { RunSpecInput } from './run-spec-input.ts';
import { RunObject } from './run.ts';

const StudyPlaceInput = builder.inputType('StudyPlaceInput', {
  description: 'Which run of which planned study.',
  fields: (t) => ({
    studyId: t.id({ required: true, description: 'Id of a study made by `planStudy`.' }),
    key: t.string({ required: true, description: "The run's key in the plan." }),
  }),
});

builder.mutationFields((t) => ({
  startRun: t.field({
    type: RunObject,
    description: 'Records and queues a run. The spec is checked against what registered workers offer; when anything is wrong with it, nothing is recorded.',
    args: {
      input: t.arg({ type: RunSpecInput, required: true, description: 'What to do.' }),
      study: t.arg({ type: StudyPlaceInput, description: 'Which run of a planned study it is. Default: of none.' }),
    },
    resolve: async (_root, { input, study }, { store, log }) => {
      const run = await store.createRun(await checkSpec(store, readSpec(input)), study ?? undefined);
      log.info({ run: run.id, needs: run.needs }, 'run queued');
      return run;
    },
  }),
  cancelRun: t.field({
    type: RunObject,
    description: 'Asks for a run to stop. One that waits ends at once, the worker of any other is told. Asking twice is fine; a run that succeeded or failed gives RUN_ENDED.',
    args: { runId: t.arg.id({ required: true, description: 'Which run.' }) },
    resolve: async (_root, { runId }, { store, log }) => {
      const run = await store.requestCancel(runId);
      log.info({ run: runId, status: run.status }, 'cancel requested');
      return run;
    },
  }),
  retryRun: t.field({
    type: RunObject,
    description: 'Another attempt of a run that failed or was cancelled: this is also how a run is resumed, for it goes on from its last checkpoint, and so do its events. One that waits for its next try need not wait any longer. Asking twice is fine; a run that succeeded gives RUN_ENDED.',
    args: { runId: t.arg.id({ required: true, description: 'Which run.' }) },
    resolve: async (_root, { runId }, { store, log }) => {
      const run = await store.retryRun(runId);
      log.info({ run: runId, status: run.status, attempt: run.attempt }, 'retry requested');
      return run;
    },
  }),
}));
