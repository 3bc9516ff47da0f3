import type { Ask } from './ask.ts';
import { CompareRuns, Examples, Leaderboard, PairedTest, SeriesOf, type Comparison, type ExampleAnswer, type ExampleQuestion, type LeaderboardQuestion, type PairedAnswer, type PairedQuestion, type Series } from './operations/questions.ts';
import { readRun, type Run } from './operations/run-fields.ts';

/** What a run withstood at one norm and epsilon. */
export interface Standing {
  readonly run: Run;
  /** Examples that survived every attack made there / all examples. */
  readonly robustAccuracy: number;
  readonly cleanAccuracy: number;
  readonly examples: number;
  readonly attacks: readonly string[];
}

/** Questions about what runs found. */
export interface Questions {
  /** Where the specs of runs differ, and every metric and attack of each. */
  compareRuns(runIds: readonly string[]): Promise<Comparison>;
  /** Metrics over epochs, at most `maxPoints` (default 500) a series, no peak lost. */
  series(question: { readonly runIds: readonly string[]; readonly names: readonly string[]; readonly maxPoints?: number }): Promise<Series[]>;
  leaderboard(question: LeaderboardQuestion): Promise<Standing[]>;
  /** Which test examples fall to an attack on some runs and hold on others. */
  examples(question: ExampleQuestion): Promise<ExampleAnswer>;
  /** Whether one of two runs withstands an attack better than the other on the same images: McNemar's exact test. */
  pairedTest(question: PairedQuestion): Promise<PairedAnswer>;
}

export function questions(ask: Ask): Questions {
  return {
    compareRuns: async (runIds) => (await ask(CompareRuns, { runIds })).compareRuns,
    series: async ({ runIds, names, maxPoints = 500 }) => (await ask(SeriesOf, { runIds, names, maxPoints })).series,
    leaderboard: async (question) => (await ask(Leaderboard, question)).leaderboard.map(({ run, ...standing }) => ({ ...standing, run: readRun(run) })),
    examples: async (question) => (await ask(Examples, question)).examples,
    pairedTest: async (question) => (await ask(PairedTest, question)).pairedTest,
  };
}
