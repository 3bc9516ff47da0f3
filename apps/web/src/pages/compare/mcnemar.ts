import { discordant, mcnemar as exactP } from '@entropic-lab/protocol';

/** Two networks on the same images: how many only one of them withstood, and how likely so uneven a split is by chance. */
export interface Paired {
  readonly images: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Exact two-sided McNemar test on the images where they differ. */
  readonly p: number;
}

/** @param first whether the first network still answers right, image by image; the second likewise. */
export function mcnemar(first: readonly boolean[], second: readonly boolean[]): Paired {
  const pairs = discordant(first, second);
  return { images: first.length, onlyFirst: pairs.firstOnly, onlySecond: pairs.secondOnly, p: exactP(pairs) };
}
