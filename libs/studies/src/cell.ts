import type { CellPlan, Measure, Verdict } from '@entropic-lab/protocol';
import { isMeasured, type Evaluation, type Outcomes } from './outcome.ts';
import { percent } from './percent.ts';
import { range, shareOf, shareText, type Share } from './share.ts';

/** A cell of a table: a share for each run that has one. */
export interface Cell {
  readonly shares: readonly Share[];
  /** Mean over the runs; null where none has a result. */
  readonly mean: number | null;
  /** Smallest low and largest high: where seeds differ by more than chance, that shows. */
  readonly low: number;
  readonly high: number;
  /** Of attack success: what audits say of the network, each word once. */
  readonly verdicts: readonly Verdict[];
  /** Why runs are missing, by key. */
  readonly missing: ReadonlyMap<string, string>;
}

/** The numbers of a cell. Undefined cells have none. */
export function cellOf({ runs, measure, audited = runs }: CellPlan, outcomes: Outcomes): Cell {
  const shares: Share[] = [];
  const missing = new Map<string, string>();
  for (const key of runs) {
    const outcome = outcomes.get(key);
    const share = isMeasured(outcome) ? measured(outcome.evaluation, measure) : undefined;
    if (share !== undefined) shares.push(share);
    else missing.set(key, isMeasured(outcome) ? 'it has no number for it: not measured, or none of its images was classified correctly' : (outcome?.reason ?? 'not part of this report'));
  }
  const mean = shares.length === 0 ? null : shares.reduce((sum, { share }) => sum + share, 0) / shares.length;
  const verdicts = measure.kind === 'attackSuccess' ? audited.flatMap((key) => verdictOf(key, outcomes)) : [];
  return { shares, mean, low: Math.min(1, ...shares.map(({ low }) => low)), high: Math.max(0, ...shares.map(({ high }) => high)), verdicts: [...new Set(verdicts)], missing };
}

/** `3.50 % (2.1 to 5.6; 7 of 200)`, or with several seeds their mean, range and each; behind it what the audit says of the network. */
export function cellText(cell: Cell | undefined): string {
  if (cell === undefined || cell.mean === null) return 'not run';
  const { shares: [only, ...more], verdicts } = cell;
  const numbers = more.length === 0 ? shareText(only!) : `${percent(cell.mean)} (${range(cell.low, cell.high)}; ${cell.shares.length} seeds: ${cell.shares.map(({ share }) => (100 * share).toFixed(1)).join(', ')})`;
  return verdicts.length === 0 ? numbers : `${numbers}; audit: ${verdicts.join(', ')}`;
}

function verdictOf(key: string, outcomes: Outcomes): Verdict[] {
  const outcome = outcomes.get(key);
  return isMeasured(outcome) && outcome.evaluation.audit !== undefined ? [outcome.evaluation.audit.verdict] : [];
}

function measured(evaluation: Evaluation, measure: Measure): Share | undefined {
  switch (measure.kind) {
    case 'cleanAccuracy':
      return shareOf(evaluation.cleanAccuracy * evaluation.testExamples, evaluation.testExamples);
    case 'noiseAccuracy': {
      const found = evaluation.noise?.find(({ norm, epsilon }) => norm === measure.norm && epsilon === measure.epsilon);
      return found === undefined ? undefined : shareOf(found.accuracy * found.examples, found.examples);
    }
    case 'attackSuccess': {
      const found = evaluation.attacks.find((attack) => attack.plugin === measure.plugin && attack.norm === measure.norm && attack.shown === measure.shown);
      return found === undefined ? undefined : success(found, measure.failuresCount === true);
    }
  }
}

function success({ outcomes, examples }: Evaluation['attacks'][number], failuresCount: boolean): Share | undefined {
  const correct = examples - outcomes.skippedMisclassified;
  return correct === 0 ? undefined : shareOf(outcomes.found + (failuresCount ? outcomes.notFound : 0), correct);
}
