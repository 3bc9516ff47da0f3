import { LabError, type AttackResult } from '@entropic-lab/protocol';
import type { AttackedRun, ExampleAnswer } from '@entropic-lab/store';
import { builder } from './builder.ts';
import { NormEnum, OutcomeEnum } from './enums.ts';
import { EvaluationObject } from './evaluation.ts';
import { RunObject } from './run.ts';

interface ExampleFate {
  readonly attacked: AttackedRun;
  readonly index: number;
}

type Column = 'outcome' | 'cleanPrediction' | 'prediction' | 'distance';
const at = <Name extends Column>(column: Name) => ({ attacked, index }: ExampleFate) => attacked.columns[column][index] as AttackResult['perExample'][Name][number];

const ExampleFateObject = builder.objectRef<ExampleFate>('ExampleFate').implement({
  description: 'What became of one example on one run.',
  fields: (t) => ({
    runId: t.id({ resolve: ({ attacked }) => attacked.run.id, description: 'Which run.' }),
    outcome: t.field({ type: OutcomeEnum, resolve: at('outcome'), description: 'What became of it.' }),
    cleanPrediction: t.int({ resolve: at('cleanPrediction'), description: 'Class before the attack.' }),
    prediction: t.int({ nullable: true, resolve: at('prediction'), description: 'Class after it; null where there is no adversarial example.' }),
    distance: t.float({ nullable: true, resolve: at('distance'), description: 'Distance in the norm of the attack, in the units of the pixels; null where there is no adversarial example.' }),
  }),
});

interface Example {
  readonly index: number;
  readonly runs: readonly AttackedRun[];
}

const ExampleObject = builder.objectRef<Example>('Example').implement({
  description: 'A test example under one attack on several runs.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Place in the test set, from 0, in file order.' }),
    label: t.int({ resolve: ({ runs, index }) => runs[0]!.columns.label[index]!, description: 'True class.' }),
    fates: t.field({ type: [ExampleFateObject], resolve: ({ runs, index }) => runs.map((attacked) => ({ attacked, index })), description: 'On each run, those on which it fell first.' }),
  }),
});

export const AttackedRunObject = builder.objectRef<AttackedRun>('AttackedRun').implement({
  description: 'A run and the attack that is asked about.',
  fields: (t) => ({
    run: t.expose('run', { type: RunObject, description: 'The run.' }),
    evaluation: t.expose('evaluation', { type: EvaluationObject, description: 'The attack as it was made on it: versions and options may differ between runs.' }),
  }),
});

interface ExamplePage extends ExampleAnswer {
  readonly from: number;
  readonly size: number;
}

const ExampleAnswerObject = builder.objectRef<ExamplePage>('ExampleAnswer').implement({
  description: 'Which examples fall on some runs and hold on others.',
  fields: (t) => ({
    runs: t.field({ type: [AttackedRunObject], resolve: ({ runs }) => [...runs], description: 'Those on which examples fell, then those on which they held.' }),
    compared: t.exposeInt('compared', { description: 'Examples that every run was attacked on: the denominator of `total`.' }),
    total: t.int({ resolve: ({ found }) => found.length, description: 'Examples that fell on all the first and held on all the others.' }),
    undecided: t.exposeInt('undecided', { description: 'Examples that fell where they should and on which another run says nothing: the attack failed there or ran out of budget. Not in `total`.' }),
    misclassified: t.exposeInt('misclassified', { description: 'Examples that fell where they should and that another run misclassifies without an attack. Not in `total`.' }),
    examples: t.field({
      type: [ExampleObject],
      resolve: ({ found, runs, from, size }) => found.filter((index) => index >= from).slice(0, size).map((index) => ({ index, runs })),
      description: 'By their place in the test set.',
    }),
  }),
});

const limits = { runs: 10, size: 10_000 } as const;

builder.queryField('examples', (t) =>
  t.field({
    type: ExampleAnswerObject,
    description: 'Which test examples fall to an attack on some runs and hold on others: for instance to attack A on run X but not on run Y. By the latest evaluation of each run; all on the same data set.',
    args: {
      plugin: t.arg.string({ required: true, description: 'Attack plugin.' }),
      norm: t.arg({ type: NormEnum, required: true, description: 'Norm of its budget.' }),
      epsilon: t.arg.float({ required: true, description: 'Budget in the units of the pixels.' }),
      fellOn: t.arg.idList({ required: true, description: `Examples for which it found an adversarial one on all of these runs, at least one.` }),
      heldOn: t.arg.idList({ description: `And that it attacked on all of these without finding one. Default: none. Together at most ${limits.runs} runs.` }),
      from: t.arg.int({ defaultValue: 0, description: 'Only examples from this place of the test set on. Default 0.' }),
      first: t.arg.int({ defaultValue: 100, description: `At most so many examples, 1 to ${limits.size}. Default 100.` }),
    },
    resolve: async (_root, { plugin, norm, epsilon, fellOn, heldOn, from, first }, { store }) => {
      const others = heldOn ?? [];
      refuse('fellOn', fellOn.length, { least: 1, most: limits.runs - others.length });
      refuse('first', first ?? 100, { least: 1, most: limits.size });
      const answer = await store.askExamples({ attack: { plugin, norm, epsilon }, fellOn, heldOn: others });
      return { ...answer, from: from ?? 0, size: first ?? 100 };
    },
  }),
);

function refuse(path: string, got: number, { least, most }: { readonly least: number; readonly most: number }): void {
  if (got < least || got > most) throw new LabError('INVALID_INPUT', `[examples] expected ${least} to ${most}, got ${got} (${path}).`, { path });
}
