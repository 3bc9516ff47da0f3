/** Of two measurements on the same examples, those on which they differ. */
export interface Discordant {
  /** Right under the first alone. */
  readonly firstOnly: number;
  /** Right under the second alone. */
  readonly secondOnly: number;
}

/**
 * McNemar's exact test, two-sided: the probability of a split at least so uneven if both were equally often right.
 * 1 where they never differ. Q. McNemar, "Note on the sampling error of the difference between correlated
 * proportions", Psychometrika 12, 1947; exact by the binomial distribution.
 */
export function mcnemar({ firstOnly, secondOnly }: Discordant): number {
  const trials = firstOnly + secondOnly;
  const fewer = Math.min(firstOnly, secondOnly);
  let tail = 0;
  for (let successes = 0, logChoose = 0; successes <= fewer; successes++) {
    tail += Math.exp(logChoose - trials * Math.LN2);
    logChoose += Math.log((trials - successes) / (successes + 1));
  }
  return Math.min(1, 2 * tail);
}

/** The discordant pairs of two records of the same examples, true where right. */
export function discordant(first: readonly boolean[], second: readonly boolean[]): Discordant {
  let firstOnly = 0;
  let secondOnly = 0;
  first.forEach((right, index) => {
    if (right && !second[index]!) firstOnly += 1;
    if (!right && second[index]!) secondOnly += 1;
  });
  return { firstOnly, secondOnly };
}
