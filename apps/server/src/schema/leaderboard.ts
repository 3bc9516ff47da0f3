import { LabError } from '@entropic-lab/protocol';
import type { Board, Standing } from '@entropic-lab/store';
import { VerdictEnum } from './audit.ts';
import { builder } from './builder.ts';
import { NormEnum } from './enums.ts';
import { RunObject } from './run.ts';

const StandingObject = builder.objectRef<Standing>('Standing').implement({
  description: 'What a run withstood at one data set, norm and epsilon.',
  fields: (t) => ({
    run: t.expose('run', { type: RunObject, description: 'Which run; its verdict says whether the number is to be trusted.' }),
    robustAccuracy: t.exposeFloat('robustAccuracy', { description: 'Examples classified correctly after every attack of its latest evaluation at this norm and epsilon / all examples. Errors and exhausted budgets do not count as robust.' }),
    cleanAccuracy: t.exposeFloat('cleanAccuracy', { description: 'Share of all test examples classified correctly.' }),
    examples: t.exposeInt('examples', { description: 'Examples that were attacked.' }),
    attacks: t.exposeStringList('attacks', { description: 'Plugins of those attacks, by the alphabet: a number after few and weak ones says little.' }),
  }),
});

const BoardObject = builder.objectRef<Board>('Board').implement({
  description: 'A data set, norm and epsilon at which runs were attacked.',
  fields: (t) => ({
    dataset: t.exposeString('dataset', { description: 'Name of the data set.' }),
    norm: t.expose('norm', { type: NormEnum, description: 'Norm of the budget.' }),
    epsilon: t.exposeFloat('epsilon', { description: 'Budget in the units of the pixels.' }),
    runs: t.exposeInt('runs', { description: 'Runs that were attacked there, whatever their state and verdict.' }),
    best: t.exposeFloat('best', { description: 'The largest robust accuracy of them / all examples, whatever its verdict.' }),
  }),
});

const mostEntries = 500;

builder.queryFields((t) => ({
  leaderboard: t.field({
    type: [StandingObject],
    description: 'Runs that succeeded, by what they withstood at one norm and epsilon, best first. Runs that are put away are left out, and so are those whose audit says `masked` or `broken`, unless they are asked for.',
    args: {
      dataset: t.arg.string({ required: true, description: 'Name of the data set.' }),
      norm: t.arg({ type: NormEnum, required: true, description: 'Norm of the budget.' }),
      epsilon: t.arg.float({ required: true, description: 'Budget in the units of the pixels.' }),
      minExamples: t.arg.int({ defaultValue: 100, description: 'Only runs attacked on at least so many examples. Default 100: of fewer a share says little.' }),
      verdicts: t.arg({ type: [VerdictEnum], description: 'Only runs whose audit says one of these. Default: `reliable`, `suspect`, and runs that are not audited.' }),
      first: t.arg.int({ defaultValue: 50, description: `At most so many, 1 to ${mostEntries}. Default 50.` }),
    },
    resolve: (_root, { dataset, norm, epsilon, minExamples, verdicts, first }, { store }) =>
      store.readLeaderboard({ dataset, norm, epsilon, minExamples: minExamples ?? undefined, verdicts: verdicts ?? undefined, limit: readLimit(first ?? 50) }),
  }),
  boards: t.field({ type: [BoardObject], description: 'Where there is something to compare.', resolve: (_root, _args, { store }) => store.listBoards() }),
}));

function readLimit(first: number): number {
  if (first >= 1 && first <= mostEntries) return first;
  throw new LabError('INVALID_INPUT', `[leaderboard] expected 1 to ${mostEntries} entries, got ${first} (first).`, { path: 'first' });
}
