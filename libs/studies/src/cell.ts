import { wilsonInterval, type CellPlan, type Measure } from '@entropic-lab/protocol';
import { isMeasured, type Evaluation, type Outcomes } from './outcome.ts';

/** A number with the counts it comes from. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  /** 95 % Wilson interval. */
  readonly low: number;
  readonly high: number;
}

/** A cell of a table: a share for each run that has one. */
export interface Cell {
  readonly shares: readonly Share[];
  /** Mean over the runs; null where none has a result. */
  readonly mean: number | null;
  /** Smallest low and largest high: where seeds differ by more than chance, that shows. */
  readonly low: number;
  readonly high: number;
  /** Why runs are missing. */
  readonly missing: readonly string[];
}

/** The numbers of a cell. Undefined cells have none. */
export function cellOf(plan: CellPlan, outcomes: Outcomes): Cell {
  const shares: Share[] = [];
  const missing: string[] = [];
  for (const key of plan.runs) {
    const outcome = outcomes.get(key);
    const share = isMeasured(outcome) ? shareOf(outcome.evaluation, plan.measure) : undefined;
    if (share !== undefined) shares.push(share);
    else missing.push(isMeasured(outcome) ? `${key} has no number for it: not measured, or none of its images was classified correctly` : `${key}: ${outcome?.reason ?? 'not part of this report'}`);
  }
  const mean = shares.length === 0 ? null : shares.reduce((sum, { share }) => sum + share, 0) / shares.length;
  return { shares, mean, low: Math.min(1, ...shares.map(({ low }) => low)), high: Math.max(0, ...shares.map(({ high }) => high)), missing };
}

function shareOf(evaluation: Evaluation, measure: Measure): Share | undefined {
  switch (measure.kind) {
    case 'cleanAccuracy':
      return share(evaluation.cleanAccuracy * evaluation.testExamples, evaluation.testExamples);
    case 'noiseAccuracy': {
      const found = evaluation.noise?.find(({ norm, epsilon }) => norm === measure.norm && epsilon === measure.epsilon);
      return found === undefined ? undefined : share(found.accuracy * found.examples, found.examples);
    }
    case 'attackSuccess': {
      const found = evaluation.attacks.find((attack) => attack.plugin === measure.plugin && attack.norm === measure.norm && attack.shown === measure.shown);
      return found === undefined ? undefined : success(found, measure.failuresCount === true);
    }
  }
}

function success({ outcomes, examples }: Evaluation['attacks'][number], failuresCount: boolean): Share | undefined {
  const correct = examples - outcomes.skippedMisclassified;
  return correct === 0 ? undefined : share(outcomes.found + (failuresCount ? outcomes.notFound : 0), correct);
}

function share(given: number, of: number): Share {
  const count = Math.round(given);
  const [low, high] = wilsonInterval(count, of) ?? [0, 1];
  return { count, of, share: count / of, low, high };
}
