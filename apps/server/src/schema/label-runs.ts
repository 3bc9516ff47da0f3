import { builder } from './builder.ts';
import { RunObject } from './run.ts';
import { refuseMany } from './refuse-many.ts';

builder.mutationFields((t) => ({
  tagRuns: t.field({
    type: [RunObject],
    description: 'Adds tags to runs and takes others away; all runs or none.',
    args: {
      runIds: t.arg.idList({ required: true, description: 'Which runs, at most 1000.' }),
      add: t.arg.stringList({ description: 'Tags of 1 to 100 signs. Default: none.' }),
      remove: t.arg.stringList({ description: 'Default: none.' }),
    },
    resolve: (_root, { runIds, add, remove }, { store }) => store.tagRuns(refuseMany(runIds), { add: add ?? [], remove: remove ?? [] }),
  }),
  setRunNotes: t.field({
    type: RunObject,
    description: 'Replaces the notes of a run.',
    args: {
      runId: t.arg.id({ required: true, description: 'Which run.' }),
      notes: t.arg.string({ required: true, description: 'Markdown of at most 100,000 signs.' }),
    },
    resolve: (_root, { runId, notes }, { store }) => store.setNotes(runId, notes),
  }),
  archiveRuns: t.field({
    type: [RunObject],
    description: 'Puts runs away: lists leave them out unless they are asked for. All runs or none.',
    args: {
      runIds: t.arg.idList({ required: true, description: 'Which runs, at most 1000.' }),
      archived: t.arg.boolean({ defaultValue: true, description: 'False: shows them again. Default true.' }),
    },
    resolve: (_root, { runIds, archived }, { store }) => store.setArchived(refuseMany(runIds), archived ?? true),
  }),
  deleteRuns: t.field({
    type: ['ID'],
    description: 'Forgets runs that have ended, with all that is recorded of them, for good; all or none. RUN_NOT_ENDED for one that waits or is computed.',
    args: { runIds: t.arg.idList({ required: true, description: 'Which runs, at most 1000.' }) },
    resolve: async (_root, { runIds }, { store, log }) => {
      await store.deleteRuns(refuseMany(runIds));
      log.info({ runs: runIds }, 'runs deleted');
      return runIds;
    },
  }),
}));
