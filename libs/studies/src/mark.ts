import type { Cell } from './cell.ts';

export type Mark = 'reproduced' | 'notReproduced' | 'notRun' | 'noPaperNumber';

/** What the paper does not state (its seeds, its exact networks) may move a rate by so much. */
const MARGIN = 0.05;

/** The rule, as the report prints it. */
export const markRule =
  'reproduced: the paper\'s number lies within the 95 % interval of ours (over all seeds, from the lowest bound to the highest), widened by 5 points on either side for what the paper leaves open; ' +
  'not reproduced: it lies outside; not run: no run of this report measured it; -: the paper\'s number is not at hand.';

export const markTitles: Readonly<Record<Mark, string>> = { reproduced: 'reproduced', notReproduced: 'not reproduced', notRun: 'not run', noPaperNumber: '-' };

export function markOf(cell: Cell | undefined, paper: number | undefined): Mark {
  if (cell === undefined || cell.mean === null) return 'notRun';
  if (paper === undefined) return 'noPaperNumber';
  return paper >= cell.low - MARGIN && paper <= cell.high + MARGIN ? 'reproduced' : 'notReproduced';
}
