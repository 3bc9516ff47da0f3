import { LabError } from '@entropic-lab/protocol';
import type { TagCount, ValueName } from '@entropic-lab/store';
import { builder } from './builder.ts';
import { readFilter, RunFilterInput } from './run-filter.ts';
import { isOption } from './metric.ts';
import { RunObject } from './run.ts';
import { runPage } from './run-page.ts';
import { readSort, RunSortInput } from './run-sort.ts';

builder.queryField('runs', (t) =>
  t.connection(
    {
      type: RunObject,
      description: 'Runs as a Relay connection. Pages neither skip nor repeat a run while others arrive; only one whose own sort key changes meanwhile may be met twice or not at all.',
      args: {
        filter: t.arg({ type: RunFilterInput, description: 'Default: all runs that are not put away.' }),
        sort: t.arg({ type: RunSortInput, description: 'Default: newest first.' }),
      },
      resolve: (_root, { filter, sort, ...page }, { store }) => runPage(store, page, { filter: readFilter(filter), order: readSort(sort) }),
    },
    {
      name: 'RunConnection',
      description: 'A page of runs.',
      fields: (c) => ({
        changesCursor: c.exposeString('changesCursor', { description: 'Of the moment before the page was read. Give it to `runsChanged` as `after`, and a list that is kept true by it misses nothing in between.' }),
        totalCount: c.int({
          args: { upTo: c.arg.int({ description: 'Count no further: one above it says that there are more. A count takes as long as there is to count. Default: all.' }) },
          resolve: ({ total }, { upTo }) => total(readUpTo(upTo)),
          description: 'Runs that the filter lets through, on all pages.',
        }),
      }),
    },
    { name: 'RunEdge', description: 'A run and its place in the list.' },
  ),
);

function readUpTo(upTo: number | null | undefined): number | undefined {
  if (upTo === null || upTo === undefined) return undefined;
  if (upTo >= 0) return upTo;
  throw new LabError('INVALID_INPUT', `[runs] expected a count from 0, got ${upTo} (upTo).`, { path: 'upTo' });
}

const TagCountObject = builder.objectRef<TagCount>('TagCount').implement({
  description: 'A tag in use.',
  fields: (t) => ({
    tag: t.exposeString('tag', { description: 'The tag.' }),
    runs: t.exposeInt('runs', { description: 'Runs that have it, also those put away.' }),
  }),
});

const MetricNameObject = builder.objectRef<ValueName>('MetricName').implement({
  description: 'Something by which runs can be sorted and filtered.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of a metric, or path of a number in the spec.' }),
    runs: t.exposeInt('runs', { description: 'Runs that have it.' }),
    isOption: t.boolean({ resolve: ({ name }) => isOption(name), description: 'Whether it is a number of the spec.' }),
  }),
});

builder.queryFields((t) => ({
  tags: t.field({ type: [TagCountObject], description: 'Every tag in use, by the alphabet.', resolve: (_root, _args, { store }) => store.listTags() }),
  metricNames: t.field({
    type: [MetricNameObject],
    description: 'Every metric that runs told and every number of their specs, by the alphabet.',
    resolve: (_root, _args, { store }) => store.listValueNames(),
  }),
}));
