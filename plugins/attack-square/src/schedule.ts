import type { SquareOptions } from './options.ts';

/** Proposals one after another that change the same share of the pixels. */
export interface Phase {
  readonly proposals: number;
  readonly share: number;
}

/** Where the share of changed pixels halves, of 10,000 proposals. The paper's supplement, and AutoAttack. */
const HALVINGS = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

/** The phases of a search; all together one proposal less than there are queries, since the start takes one. */
export function phases({ queries, share, rescale }: SquareOptions): Phase[] {
  const proposals = queries - 1;
  // The share halves after the proposal numbered so, and they are numbered from 0.
  const ends = HALVINGS.map((at) => Math.min(proposals, Math.floor(rescale ? (at * queries) / 10_000 : at) + 1));
  return [...ends, proposals].map((end, halvings) => ({ proposals: end - (ends[halvings - 1] ?? 0), share: share / 2 ** halvings })).filter(({ proposals: count }) => count > 0);
}
