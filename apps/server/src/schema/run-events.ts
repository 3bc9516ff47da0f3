import { sameForAll } from '../live/rendering.ts';
import { builder } from './builder.ts';
import { RunEventInterface } from './run-event.ts';
import { requireRun } from './run.ts';

builder.subscriptionField('runEvents', (t) =>
  t.field({
    type: RunEventInterface,
    description: 'Past and future of a run: replays its events after the cursor, then follows, and completes when the run has ended.',
    args: {
      runId: t.arg.id({ required: true, description: 'Which run.' }),
      after: t.arg.int({ defaultValue: 0, description: '`seq` of the last event that the reader has. Default: none.' }),
    },
    extensions: sameForAll,
    subscribe: async (_root, { runId, after }, { store, signal }) => {
      requireRun(await store.findRun(runId), runId);
      return store.tail(runId, { after: after ?? 0, signal });
    },
    resolve: (event) => event,
  }),
);
