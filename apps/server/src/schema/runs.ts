import type { RunFilter } from '@entropic-lab/store';
import { builder } from './builder.ts';
import { RunStatusEnum } from './enums.ts';
import { RunObject } from './run.ts';
import { runPage } from './run-page.ts';

export const RunFilterInput = builder.inputType('RunFilter', {
  description: 'Which runs; every given field must hold.',
  fields: (t) => ({
    status: t.field({ type: [RunStatusEnum], description: 'One of these.' }),
    dataset: t.string({ description: 'Name of the data set.' }),
    architecture: t.string({ description: 'Name of the architecture.' }),
    trainer: t.string({ description: 'Kind of trainer.' }),
    loss: t.string({ description: 'Loss plugin.' }),
    fromRun: t.string({ description: 'Run whose weights it starts from.' }),
    pool: t.string({ description: 'Pool of workers.' }),
    givenUp: t.boolean({ description: 'True: only dead letters, runs that failed of what another attempt might mend when their attempts were used up. False: all others.' }),
  }),
});

builder.queryField('runs', (t) =>
  t.connection(
    {
      type: RunObject,
      description: 'Runs, newest first, as a Relay connection. Pages neither skip nor repeat a run while others arrive.',
      args: { filter: t.arg({ type: RunFilterInput, description: 'Default: all runs.' }) },
      resolve: (_root, { filter, ...page }, { store }) => runPage(store, page, given(filter)),
    },
    {
      name: 'RunConnection',
      description: 'A page of runs.',
      fields: (c) => ({ totalCount: c.int({ resolve: ({ total }) => total(), description: 'Runs that the filter lets through, on all pages.' }) }),
    },
    { name: 'RunEdge', description: 'A run and its place in the list.' },
  ),
);

/** In GraphQL null and absent say the same here. */
export function given(filter: { [Key in keyof RunFilter]?: RunFilter[Key] | null } | null | undefined): RunFilter {
  return Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value !== null));
}
