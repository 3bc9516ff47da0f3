import { LabError } from '@entropic-lab/protocol';
import type { Series } from '@entropic-lab/store';
import { builder } from './builder.ts';

const SeriesPointObject = builder.objectRef<Series['points'][number]>('SeriesPoint').implement({
  description: 'A measured value.',
  fields: (t) => ({
    epoch: t.exposeInt('epoch', { description: 'Epoch after which it was measured, from 1.' }),
    value: t.exposeFloat('value', { description: 'The value, in the unit of the metric.' }),
  }),
});

const SeriesObject = builder.objectRef<Series>('Series').implement({
  description: 'A metric over the epochs of a run, for a chart.',
  fields: (t) => ({
    runId: t.exposeID('runId', { description: 'Which run.' }),
    name: t.exposeString('name', { description: 'Of the metric.' }),
    rawPoints: t.exposeInt('rawPoints', { description: 'Epochs that told it, of which `points` may be a part.' }),
    points: t.field({
      type: [SeriesPointObject],
      resolve: ({ points }) => [...points],
      description: 'By epoch. Of a longer series: the first and the last value, and the smallest and largest of each of equally long stretches between them, at their own epochs.',
    }),
  }),
});

const limits = { runs: 100, names: 50, points: 10_000 } as const;

builder.queryField('series', (t) =>
  t.field({
    type: [SeriesObject],
    description: 'Metrics over epochs, reduced so that no peak is lost. A run that never told a metric has no series of it.',
    args: {
      runIds: t.arg.idList({ required: true, description: `Which runs, at most ${limits.runs}.` }),
      names: t.arg.stringList({ required: true, description: `Which metrics, at most ${limits.names}: \`cleanAccuracy\`, \`loss.total\`, \`layerEntropy.conv1\`, \`attackSuccessRate/pgd/linf/0.3\`.` }),
      maxPoints: t.arg.int({ defaultValue: 500, description: `At most so many points a series, 4 to ${limits.points}. Default 500.` }),
    },
    resolve: (_root, { runIds, names, maxPoints }, { store }) => {
      refuse('runIds', runIds.length, limits.runs);
      refuse('names', names.length, limits.names);
      refuse('maxPoints', maxPoints ?? 500, limits.points);
      return store.readSeries({ runIds, names, maxPoints: maxPoints ?? 500 });
    },
  }),
);

function refuse(path: string, got: number, most: number): void {
  if (got > most) throw new LabError('INVALID_INPUT', `[series] expected at most ${most}, got ${got} (${path}).`, { path });
}
