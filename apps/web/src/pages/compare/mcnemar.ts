/** Two networks on the same images: how many only one of them withstood, and how likely so uneven a split is by chance. */
export interface Paired {
  readonly images: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Exact two-sided McNemar test: binomial with one half on the images where they differ. */
  readonly p: number;
}

/** @param first whether the first network still answers right, image by image; the second likewise. */
export function mcnemar(first: readonly boolean[], second: readonly boolean[]): Paired {
  const onlyFirst = first.filter((right, at) => right && !second[at]).length;
  const onlySecond = second.filter((right, at) => right && !first[at]).length;
  return { images: first.length, onlyFirst, onlySecond, p: exactP(Math.min(onlyFirst, onlySecond), onlyFirst + onlySecond) };
}

/** Twice the lower tail of a binomial distribution with one half, at most 1; in logarithms, for large numbers. */
function exactP(few: number, all: number): number {
  let logChoose = 0;
  let tail = 0;
  for (let count = 0; count <= few; count += 1) {
    if (count > 0) logChoose += Math.log(all - count + 1) - Math.log(count);
    tail += Math.exp(logChoose - all * Math.LN2);
  }
  return Math.min(1, 2 * tail);
}
