import { LabError, type Norm } from '@entropic-lab/protocol';
import { unknownRun, type EvaluationRow, type RunRow, type RunValue, type Store } from '@entropic-lab/store';
import { builder } from './builder.ts';
import { NormEnum } from './enums.ts';
import { EvaluationObject } from './evaluation.ts';
import { isMetric } from './metric.ts';
import { RunObject } from './run.ts';
import { differencesOf, type SpecDifference } from './spec-differences.ts';

interface Comparison {
  readonly runs: readonly RunRow[];
  readonly values: ReadonlyMap<number, RunValue[]>;
  readonly evaluations: ReadonlyMap<string, EvaluationRow[]>;
}

interface ComparedMetric {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

interface ComparedAttack {
  readonly plugin: string;
  readonly norm: Norm;
  readonly epsilon: number;
  readonly results: readonly (EvaluationRow | null)[];
}

const SpecDifferenceObject = builder.objectRef<SpecDifference>('SpecDifference').implement({
  description: 'A field of the spec in which runs differ.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'From the root of the spec: `training.loss.plugin`.' }),
    values: t.field({ type: ['JSON'], nullable: { list: false, items: true }, resolve: ({ values }) => [...values], description: 'Its value in each run, in the order asked for; null where it is absent.' }),
  }),
});

const ComparedMetricObject = builder.objectRef<ComparedMetric>('ComparedMetric').implement({
  description: 'A metric of several runs.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of the metric.' }),
    values: t.field({ type: ['Float'], nullable: { list: false, items: true }, resolve: ({ values }) => [...values], description: 'Its latest value in each run, in the order asked for; null where it has none.' }),
  }),
});

const ComparedAttackObject = builder.objectRef<ComparedAttack>('ComparedAttack').implement({
  description: 'An attack at one norm and epsilon on several runs.',
  fields: (t) => ({
    plugin: t.exposeString('plugin', { description: 'Name of the plugin.' }),
    norm: t.expose('norm', { type: NormEnum, description: 'Norm of the budget.' }),
    epsilon: t.exposeFloat('epsilon', { description: 'Budget in the units of the pixels.' }),
    results: t.field({
      type: [EvaluationObject],
      nullable: { list: false, items: true },
      resolve: ({ results }) => [...results],
      description: 'Of each run, in the order asked for; null where it was not attacked so. Versions and options may differ: look at them.',
    }),
  }),
});

const ComparisonObject = builder.objectRef<Comparison>('Comparison').implement({
  description: 'Runs side by side.',
  fields: (t) => ({
    runs: t.field({ type: [RunObject], resolve: ({ runs }) => [...runs], description: 'In the order asked for.' }),
    differences: t.field({ type: [SpecDifferenceObject], resolve: ({ runs }) => differencesOf(runs.map(({ spec }) => spec)), description: 'Where their specs differ, by the alphabet; their names are left out.' }),
    metrics: t.field({ type: [ComparedMetricObject], resolve: comparedMetrics, description: 'Every metric that one of them has, by the alphabet.' }),
    attacks: t.field({ type: [ComparedAttackObject], resolve: comparedAttacks, description: 'Every attack of their latest evaluations.' }),
  }),
});

const mostRuns = 50;

builder.queryField('compareRuns', (t) =>
  t.field({
    type: ComparisonObject,
    description: 'Runs side by side: where their specs differ, and every metric and attack of each.',
    args: { runIds: t.arg.idList({ required: true, description: `Which runs, 1 to ${mostRuns}, each once.` }) },
    resolve: (_root, { runIds }, { store }) => compare(store, runIds),
  }),
);

async function compare(store: Store, runIds: readonly string[]): Promise<Comparison> {
  if (runIds.length < 1 || runIds.length > mostRuns || new Set(runIds).size !== runIds.length) {
    throw new LabError('INVALID_INPUT', `[compare runs] expected 1 to ${mostRuns} different runs, got ${runIds.length} (runIds).`, { path: 'runIds' });
  }
  const found = await store.findRuns(runIds);
  const runs = runIds.map((id) => {
    const run = found.get(id);
    if (run === undefined) throw unknownRun(id);
    return run;
  });
  return { runs, values: await store.valuesOfRuns(runs.map(({ number }) => number)), evaluations: await store.evaluationsOfRuns(runIds) };
}

function comparedMetrics({ runs, values }: Comparison): ComparedMetric[] {
  const ofRuns = runs.map(({ number }) => new Map(values.get(number)!.map(({ name, value }) => [name, value])));
  const names = [...new Set(ofRuns.flatMap((named) => [...named.keys()]))].filter(isMetric).sort();
  return names.map((name) => ({ name, values: ofRuns.map((named) => named.get(name) ?? null) }));
}

function comparedAttacks({ runs, evaluations }: Comparison): ComparedAttack[] {
  const keyOf = ({ plugin, norm, epsilon }: EvaluationRow) => JSON.stringify([plugin, norm, epsilon]);
  const all = runs.map(({ id }) => evaluations.get(id)!);
  const first = new Map(all.flat().map((row) => [keyOf(row), row]));
  return [...first].map(([key, { plugin, norm, epsilon }]) => ({ plugin, norm, epsilon, results: all.map((rows) => rows.find((row) => keyOf(row) === key) ?? null) }));
}
