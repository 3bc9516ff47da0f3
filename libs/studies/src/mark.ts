import { verdictMeanings } from '@entropic-lab/protocol';
import type { Cell } from './cell.ts';

export type Mark = 'reproduced' | 'notReproduced' | 'tooFew' | 'notRun' | 'noPaperNumber';

/** What the paper does not state (its seeds, its exact networks) may move a rate by so much. */
const MARGIN = 0.05;
/** An interval wider than this holds nearly any number: that the paper's lies in it says nothing. */
const WIDEST = 0.2;

/** The rule, as the report prints it. */
export const markRule =
  'reproduced: the paper\'s number lies within the 95 % interval of ours (over all seeds, from the lowest bound to the highest), widened by 5 points on either side for what the paper leaves open; ' +
  'not reproduced: it lies outside; too few images: it lies within, but an interval of ours is wider than 20 points and would hold many another number as well; ' +
  'not run: no run of this report measured it; -: the paper\'s number is not at hand.';

/** What the word behind an attack success says, as the report prints it. */
export const verdictRule = `Behind attack success stands what the audit says of the robust accuracy of that network. ${Object.entries(verdictMeanings).map(([verdict, meaning]) => `${verdict}: ${meaning}`).join('; ')}.`;

export const markTitles: Readonly<Record<Mark, string>> = { reproduced: 'reproduced', notReproduced: 'not reproduced', tooFew: 'too few images', notRun: 'not run', noPaperNumber: '-' };

export function markOf(cell: Cell | undefined, paper: number | undefined): Mark {
  if (cell === undefined || cell.mean === null) return 'notRun';
  if (paper === undefined) return 'noPaperNumber';
  if (paper < cell.low - MARGIN || paper > cell.high + MARGIN) return 'notReproduced';
  // Of each seed by itself: seeds that differ are a finding, images that are missing are none.
  return cell.shares.some(({ low, high }) => high - low > WIDEST) ? 'tooFew' : 'reproduced';
}
