import type { Plugin } from '@entropic-lab/client';
import type { FigurePlan, FinalEvaluation } from '@entropic-lab/protocol';
import { cellOf, markOf, type Grid, type Mark, type Names } from '@entropic-lab/studies';
import { duration, percent } from '../../terminal/format.ts';
import type { StudyDefinition, StudyPlan } from '../definition.ts';
import { hasResult, secondsOf, type Results } from '../results.ts';
import type { Chart } from './svg.ts';

/** What a report says, before it is laid out. */
export interface Report {
  readonly study: StudyDefinition;
  readonly profile: string;
  readonly command: string;
  readonly plan: StudyPlan;
  readonly results: Results;
  /** What the lab that computed it has, and which version it is. */
  readonly plugins: readonly Pick<Plugin, 'kind' | 'name' | 'version' | 'hash'>[];
  readonly labVersion: string;
}

export function figureContent({ id, title, axis, curves }: FigurePlan, results: Results): Chart & { readonly title: string } {
  return {
    title: `Figure ${id}. ${title}`,
    axis,
    share: curves.every(({ metric }) => metric === 'fgsm' || metric === 'cleanAccuracy'),
    curves: curves.map(({ title: name, run, metric, before }) => {
      const points = (results.get(run)?.epochs ?? []).flatMap((epoch) => pointsAt(epoch.epoch, epoch, metric));
      const start = before === undefined ? undefined : results.get(before);
      return { title: name, points: points.length > 0 && hasResult(start) ? [...pointsAt(0, start.evaluation, metric), ...points] : points };
    }),
  };
}

type Metric = FigurePlan['curves'][number]['metric'];

function pointsAt(epoch: number, { entropies, cleanAccuracy, attacks }: Pick<FinalEvaluation, 'entropies' | 'cleanAccuracy' | 'attacks'>, metric: Metric): (readonly [epoch: number, value: number])[] {
  const fgsm = attacks.find(({ plugin, shown }) => plugin === 'fgsm' && shown === 'logits')?.attackSuccessRate ?? undefined;
  const value = { networkEntropy: entropies.networkEntropy, entropyFlow: entropies.entropyFlow, cleanAccuracy, fgsm }[metric];
  return value === undefined ? [] : [[epoch, value]];
}

/** What tables call the runs. */
export function namesOf({ plan }: Pick<Report, 'plan'>): Names {
  return new Map(plan.runs.map(({ key, short = key }) => [key, short]));
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
    return [{ title: `${title}: ${epochs.length} of ${spec.training?.epochs ?? epochs.length} epochs`, grid: [['epoch', 'accuracy', 'E_N (nats per neuron)', 'E_T (nats per layer)', 'FGSM success', 'median logit margin', 'zero input gradients', 'p = 1'], ...rows] }];
  });
}

/** How many cells have each mark, over all tables with numbers of the paper. */
export function marksOf({ plan, results }: Report): Readonly<Record<Mark, number>> {
  const marks = { reproduced: 0, notReproduced: 0, tooFew: 0, notRun: 0, noPaperNumber: 0 };
  for (const { rows } of plan.tables) {
    for (const { paper, cells } of rows) for (const cell of cells) if (cell !== null && cell.control !== true) marks[markOf(cellOf(cell, results), paper)] += 1;
  }
  return marks;
}

/** How long it took, in words. */
export function timeWords({ results }: Pick<Report, 'results'>): string {
  const seconds = [...results.values()].reduce((sum, outcome) => sum + (hasResult(outcome) ? secondsOf(outcome.run) : 0), 0);
  return `${duration(seconds)} of computing in all, the times of the runs added; energy is not known, for the lab does not meter it.`;
}
