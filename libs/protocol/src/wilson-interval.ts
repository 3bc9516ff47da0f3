/** 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * 95 % interval of a rate of which `successes` of `trials` were seen; right for rates near 0 and 1 too. Null for no trials.
 * E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
 */
export function wilsonInterval(successes: number, trials: number): [number, number] | null {
  if (trials === 0) return null;
  const rate = successes / trials;
  const center = rate + Z ** 2 / (2 * trials);
  const spread = Z * Math.sqrt((rate * (1 - rate)) / trials + Z ** 2 / (4 * trials ** 2));
  const scale = 1 + Z ** 2 / trials;
  return [successes === 0 ? 0 : (center - spread) / scale, successes === trials ? 1 : (center + spread) / scale];
}
