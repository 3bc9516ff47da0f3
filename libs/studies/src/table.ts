import type { TablePlan } from '@entropic-lab/protocol';
import { cellOf, type Cell } from './cell.ts';
import { markOf, markTitles } from './mark.ts';
import { isMeasured, type Evaluation, type Outcomes } from './outcome.ts';
import { percent } from './percent.ts';

/** Rows and columns of texts; the first row is the head. */
export type Grid = readonly (readonly string[])[];

export interface TableContent {
  readonly title: string;
  readonly grid: Grid;
  /** What attack success must be read with; undefined where the table has none. */
  readonly diagnosis?: Grid | undefined;
  readonly notes: readonly string[];
}

/** A table of the paper, ours beside it, each cell marked. */
export function tableContent(plan: TablePlan, outcomes: Outcomes): TableContent {
  const withPaper = plan.rows.some(({ paper }) => paper !== undefined);
  const head = ['', ...(withPaper ? ['paper'] : []), ...plan.columns.flatMap((column) => [column, ...(withPaper ? [''] : [])])];
  const missing = new Set<string>();
  const rows = plan.rows.map(({ title, paper, cells }) => [
    title,
    ...(withPaper ? [paper === undefined ? '' : percent(paper)] : []),
    ...cells.flatMap((plan) => {
      const cell = plan === null ? undefined : cellOf(plan, outcomes);
      cell?.missing.forEach((reason) => missing.add(reason));
      return [cellText(cell), ...(withPaper ? [markTitles[markOf(cell, paper)]] : [])];
    }),
  ]);
  return {
    title: `Table ${plan.id}. ${plan.title}`,
    grid: [head, ...rows],
    diagnosis: plan.diagnosed.length === 0 ? undefined : diagnosisOf(plan.diagnosed, outcomes),
    notes: [...missing].map((reason) => `Not run: ${reason}.`),
  };
}

/** `3.50 % (2.1 to 5.6; 7 of 200)`, or with several seeds their mean and range. */
export function cellText(cell: Cell | undefined): string {
  if (cell === undefined || cell.mean === null) return 'not run';
  const range = `${(100 * cell.low).toFixed(1)} to ${(100 * cell.high).toFixed(1)}`;
  const [only, ...more] = cell.shares;
  return more.length === 0 ? `${percent(cell.mean)} (${range}; ${only!.count} of ${only!.of})` : `${percent(cell.mean)} (${range}; ${cell.shares.length} seeds)`;
}

function diagnosisOf(keys: readonly string[], outcomes: Outcomes): Grid {
  const head = ['run', 'verdict of the audit', 'robust accuracy, headline', 'median logit margin', 'zero input gradients', 'p = 1'];
  return [
    head,
    ...keys.map((key) => {
      const outcome = outcomes.get(key);
      return isMeasured(outcome) ? [key, ...diagnosis(outcome.evaluation)] : [key, 'not run', '', '', '', ''];
    }),
  ];
}

function diagnosis({ audit, diagnosis: signs }: Evaluation): string[] {
  const headline = audit === undefined ? '' : `${percent(audit.headline.ofAll)} of ${audit.examples} images`;
  return [audit?.verdict ?? 'not audited', headline, signs.medianLogitMargin.toFixed(1), percent(signs.zeroGradientShare), percent(signs.saturatedShare)];
}
