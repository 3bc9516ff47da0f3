import type { FinalEvaluation } from '@entropic-lab/protocol';
import { duration, percent } from '../../terminal/format.ts';
import { cellOf, type Cell } from '../cell.ts';
import type { FigurePlan, StudyDefinition, StudyPlan, TablePlan } from '../definition.ts';
import { markOf, markTitles, type Mark } from '../mark.ts';
import { hasResult, secondsOf, type Results } from '../results.ts';
import type { Chart } from './svg.ts';

/** What a report says, before it is laid out. */
export interface Report {
  readonly study: StudyDefinition;
  readonly profile: string;
  readonly command: string;
  readonly plan: StudyPlan;
  readonly results: Results;
}

/** Rows and columns of texts; the first row is the head. */
export type Grid = readonly (readonly string[])[];

export interface ReportTable {
  readonly title: string;
  readonly grid: Grid;
  /** What attack success must be read with; undefined where the table has none. */
  readonly diagnosis?: Grid | undefined;
  readonly notes: readonly string[];
}

/** A table of the paper, ours beside it, each cell marked. */
export function tableContent(plan: TablePlan, results: Results): ReportTable {
  const withPaper = plan.rows.some(({ paper }) => paper !== undefined);
  const head = ['', ...(withPaper ? ['paper'] : []), ...plan.columns.flatMap((column) => [column, ...(withPaper ? [''] : [])])];
  const missing = new Set<string>();
  const rows = plan.rows.map(({ title, paper, cells }) => [
    title,
    ...(withPaper ? [paper === undefined ? '' : percent(paper)] : []),
    ...cells.flatMap((plan) => {
      const cell = plan === undefined ? undefined : cellOf(plan, results);
      cell?.missing.forEach((reason) => missing.add(reason));
      return [cellText(cell), ...(withPaper ? [markTitles[markOf(cell, paper)]] : [])];
    }),
  ]);
  return {
    title: `Table ${plan.id}. ${plan.title}`,
    grid: [head, ...rows],
    diagnosis: plan.diagnosed.length === 0 ? undefined : diagnosisOf(plan.diagnosed, results),
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

function diagnosisOf(keys: readonly string[], results: Results): Grid {
  const head = ['run', 'verdict of the audit', 'robust accuracy, headline', 'median logit margin', 'zero input gradients', 'p = 1'];
  return [
    head,
    ...keys.map((key) => {
      const outcome = results.get(key);
      return hasResult(outcome) ? [key, ...diagnosis(outcome.evaluation)] : [key, 'not run', '', '', '', ''];
    }),
  ];
}

function diagnosis({ audit, diagnosis: signs }: FinalEvaluation): string[] {
  const headline = audit === undefined ? '' : `${percent(audit.headline.ofAll)} of ${audit.examples} images`;
  return [audit?.verdict ?? 'not audited', headline, signs.medianLogitMargin.toFixed(1), percent(signs.zeroGradientShare), percent(signs.saturatedShare)];
}

export function figureContent({ id, title, axis, curves }: FigurePlan, results: Results): Chart & { readonly title: string } {
  return {
    title: `Figure ${id}. ${title}`,
    axis,
    share: curves.every(({ metric }) => metric === 'fgsm' || metric === 'cleanAccuracy'),
    curves: curves.map(({ title: name, run, metric }) => {
      const outcome = results.get(run);
      const epochs = outcome?.epochs ?? [];
      const points = epochs.flatMap((epoch) => {
        const value = {
          networkEntropy: () => epoch.entropies.networkEntropy,
          entropyFlow: () => epoch.entropies.entropyFlow,
          cleanAccuracy: () => epoch.cleanAccuracy,
          fgsm: () => epoch.attacks.find(({ plugin }) => plugin === 'fgsm')?.attackSuccessRate ?? undefined,
        }[metric]();
        return value === undefined ? [] : [[epoch.epoch, value] as const];
      });
      return { title: name, points };
    }),
  };
}

const CURVE_ROWS = 25;

/** The numbers behind the figures, a table for each run that a curve shows, with the signs of hidden gradients beside them. */
export function epochTables({ plan, results }: Report): { readonly title: string; readonly grid: Grid }[] {
  const keys = new Set(plan.figures.flatMap(({ curves }) => curves.map(({ run }) => run)));
  return plan.runs.flatMap(({ key, title, spec }) => {
    const epochs = keys.has(key) ? (results.get(key)?.epochs ?? []) : [];
    if (epochs.length === 0) return [];
    const every = Math.ceil(epochs.length / CURVE_ROWS);
    const shown = epochs.filter((_, i) => (i + 1) % every === 0 || i === 0 || i === epochs.length - 1);
    const rows = shown.map(({ epoch, cleanAccuracy, entropies, attacks, diagnosis: signs }) => {
      const fgsm = attacks.find(({ plugin }) => plugin === 'fgsm');
      const rate = fgsm?.attackSuccessRate ?? undefined;
      return [
        String(epoch), percent(cleanAccuracy), entropies.networkEntropy.toFixed(3), entropies.entropyFlow.toFixed(2), rate === undefined ? '' : percent(rate),
        signs.medianLogitMargin.toFixed(1), percent(signs.zeroGradientShare), percent(signs.saturatedShare),
      ];
    });
    return [{ title: `${title}: ${epochs.length} of ${spec.training?.epochs ?? epochs.length} epochs`, grid: [['epoch', 'accuracy', 'E_N', 'E_T', 'FGSM success', 'median logit margin', 'zero input gradients', 'p = 1'], ...rows] }];
  });
}

/** How many cells have each mark, over all tables with numbers of the paper. */
export function marksOf({ plan, results }: Report): Readonly<Record<Mark, number>> {
  const marks = { reproduced: 0, notReproduced: 0, notRun: 0, noPaperNumber: 0 };
  for (const { rows } of plan.tables) {
    for (const { paper, cells } of rows) for (const cell of cells) if (cell !== undefined) marks[markOf(cellOf(cell, results), paper)] += 1;
  }
  return marks;
}

/** Every run: what, where, how long, how it ended. */
export function runsGrid({ plan, results }: Report): Grid {
  return [
    ['run', 'id', 'status', 'time', 'computed by', 'seed'],
    ...plan.runs.map(({ key, spec }) => {
      const outcome = results.get(key);
      if (!hasResult(outcome)) return [key, outcome?.run?.id ?? '', outcome?.reason ?? 'not run', '', '', String(spec.seed ?? 0)];
      return [key, outcome.run.id, outcome.run.status, duration(secondsOf(outcome.run)), outcome.computedBy.join('; '), String(spec.seed ?? 0)];
    }),
  ];
}

/** Every plugin that took part, with version and hash of its code. */
export function pluginsGrid({ results }: Report): Grid {
  const seen = new Map<string, string[]>();
  for (const outcome of results.values()) {
    if (!hasResult(outcome)) continue;
    for (const { plugin, version, hash } of [...outcome.evaluation.attacks, ...outcome.epochs.flatMap(({ attacks }) => attacks)]) seen.set(`${plugin} ${hash}`, [plugin, version, hash]);
  }
  return [['attack', 'version', 'SHA-256 of its code'], ...[...seen.values()].sort((a, b) => (a[0]! < b[0]! ? -1 : 1))];
}

export function totalSeconds({ results }: Report): number {
  return [...results.values()].reduce((sum, outcome) => sum + (hasResult(outcome) ? secondsOf(outcome.run) : 0), 0);
}
