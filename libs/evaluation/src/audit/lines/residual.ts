/** softmax(logits) - one-hot(label) as `scale` times a direction whose largest magnitude is 1. */
export interface Residual {
  /** In float64: 0 only where even that underflows. */
  readonly scale: number;
  readonly direction: Float64Array;
}

/**
 * The gradient of the cross-entropy in the logits, in float64. The label's entry is the sum of the others, negative, and
 * not its probability less 1, which would lose all digits near 1. Where the scale underflows the direction is still that
 * of the limit: up for the strongest other class, down for the label.
 */
export function residual(logits: ArrayLike<number>, label: number): Residual {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const logSum = largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  const others = values.map((value, k) => (k === label ? -Infinity : value));
  const strongest = Math.max(...others);
  // Relative to the strongest other class, so that nothing underflows: p_k / p_strongest.
  const relative = others.map((value) => Math.exp(value - strongest));
  const total = relative.reduce((sum, value) => sum + value, 0);
  const direction = Float64Array.from(relative, (value, k) => (k === label ? -1 : value / total));
  return { scale: Math.exp(strongest - logSum) * total, direction };
}
