import type { PerExample } from '../../lab/operations/per-example.ts';

export type Outcome = PerExample['outcome'][number];

/** What became of an attacked image, in the words of the page. */
export const outcomeWords: Readonly<Record<Outcome, string>> = { found: 'found', notFound: 'not found', outOfBudget: 'out of budget', error: 'error', skippedMisclassified: 'misclassified before' };
