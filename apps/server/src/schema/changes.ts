import type { RunChange } from '@entropic-lab/store';
import { builder } from './builder.ts';
import { RunObject } from './run.ts';
import { readFilter, RunFilterInput } from './run-filter.ts';
import { WorkerObject } from './worker.ts';

const RunChangeObject = builder.objectRef<RunChange>('RunChange').implement({
  description: 'A run of which something changed, or that was deleted.',
  fields: (t) => ({
    runId: t.exposeID('runId', { description: 'Which run.' }),
    run: t.field({ type: RunObject, nullable: true, resolve: ({ run }) => run, description: 'The run as it is now; null: it was deleted.' }),
    matches: t.exposeBoolean('matches', { description: 'Whether it passes the filter. One that no longer does (by its status, or put away) or was deleted is told too, so that a list can drop it.' }),
    cursor: t.exposeString('cursor', { description: 'Give it as `after` to go on from here: some changes may come again, none is missed.' }),
  }),
});

builder.subscriptionFields((t) => ({
  runsChanged: t.field({
    type: RunChangeObject,
    description: 'Each change of a run: of several in quick succession perhaps the last alone. What a run passes for good or never (its spec, study and creation) decides which runs are told of; the whole filter decides what `matches` says. Deleted runs are told whatever the filter, for nothing is left of them that it could look at.',
    args: {
      filter: t.arg({ type: RunFilterInput, description: 'Default: all runs.' }),
      after: t.arg.string({ description: 'Cursor of an earlier change, or `changesCursor` of a list. Default: changes from now on.' }),
    },
    subscribe: (_root, { filter, after }, { store, signal }) => store.followRuns({ filter: readFilter(filter), after: after ?? undefined, signal }),
    resolve: (change) => change,
  }),
  workersChanged: t.field({
    type: [WorkerObject],
    description: 'All workers now, and again whenever one comes or goes or what one holds changes.',
    subscribe: (_root, _args, { store, signal }) => store.followWorkers(signal),
    resolve: (workers) => workers,
  }),
}));
