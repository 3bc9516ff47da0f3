/** Distribution of maxima: P(s <= x) = exp(-((location - x) / scale)^shape) for x <= location. */
export interface ReverseWeibull {
  readonly location: number;
  readonly scale: number;
  readonly shape: number;
}

/** Below a shape of 1 the likelihood grows without bound as the location nears the largest value. */
const LEAST_SHAPE = 1;
/** Locations tried: the largest value plus the spread of the values times these powers of ten. */
const POWERS = { from: -4, to: 2, steps: 240 };

/**
 * The maximum likelihood fit of a reverse Weibull distribution with a shape of at least 1. Values that are all equal are
 * their own location.
 */
export function fitReverseWeibull(values: readonly number[]): ReverseWeibull {
  const largest = Math.max(...values);
  const spread = largest - Math.min(...values);
  if (!(spread > 1e-7 * Math.abs(largest))) return { location: largest, scale: 0, shape: Infinity };
  let best: { fit: ReverseWeibull; likelihood: number } | undefined;
  for (let step = 0; step <= POWERS.steps; step++) {
    const location = largest + spread * 10 ** (POWERS.from + ((POWERS.to - POWERS.from) * step) / POWERS.steps);
    const below = values.map((value) => location - value);
    const shape = Math.max(LEAST_SHAPE, shapeOf(below));
    const scale = (below.reduce((sum, value) => sum + value ** shape, 0) / below.length) ** (1 / shape);
    const likelihood = below.reduce((sum, value) => sum + Math.log(shape / scale) + (shape - 1) * Math.log(value / scale) - (value / scale) ** shape, 0);
    if (best === undefined || likelihood > best.likelihood) best = { fit: { location, scale, shape }, likelihood };
  }
  return best!.fit;
}

/** The shape of a Weibull distribution of known location: the root of 1/k = sum(v^k log v) / sum(v^k) - mean(log v), by bisection. */
function shapeOf(values: readonly number[]): number {
  const largest = Math.max(...values);
  const scaled = values.map((value) => value / largest);
  const logs = scaled.map(Math.log);
  const meanLog = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const excess = (k: number): number => {
    const powers = scaled.map((value) => value ** k);
    const total = powers.reduce((sum, value) => sum + value, 0);
    return powers.reduce((sum, value, at) => sum + value * logs[at]!, 0) / total - meanLog - 1 / k;
  };
  let [low, high] = [1e-3, 1e4];
  for (let step = 0; step < 80; step++) {
    const middle = Math.sqrt(low * high);
    if (excess(middle) < 0) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
