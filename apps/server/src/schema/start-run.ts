import { checkSpec } from '../check-spec/check-spec.ts';
import { builder } from './builder.ts';
import { readSpec } from './read-spec.ts';
import { RunSpecInput } from './run-spec-input.ts';
import { RunObject } from './run.ts';

builder.mutationFields((t) => ({
  startRun: t.field({
    type: RunObject,
    description: 'Records and queues a run. The spec is checked against what registered workers offer; when anything is wrong with it, nothing is recorded.',
    args: { input: t.arg({ type: RunSpecInput, required: true, description: 'What to do.' }) },
    resolve: async (_root, { input }, { store }) => store.createRun(await checkSpec(store, readSpec(input))),
  }),
  cancelRun: t.field({
    type: RunObject,
    description: 'Asks for a run to stop. One that waits ends at once, the worker of any other is told. Asking twice is fine; a run that succeeded or failed gives RUN_ENDED.',
    args: { runId: t.arg.id({ required: true, description: 'Which run.' }) },
    resolve: (_root, { runId }, { store }) => store.requestCancel(runId),
  }),
}));
