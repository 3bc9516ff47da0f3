import type { FigurePlan } from '@entropic-lab/protocol';
import { cellOf, markOf, type Grid, type Mark } from '@entropic-lab/studies';
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
    for (const { paper, cells } of rows) for (const cell of cells) if (cell !== null) marks[markOf(cellOf(cell, results), paper)] += 1;
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
