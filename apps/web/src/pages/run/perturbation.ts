/** Length of a perturbation: what the lab measured must come out again from the images themselves. */
export function perturbationNorm(before: Float32Array, after: Float32Array, norm: string): number {
  let sum = 0;
  let largest = 0;
  for (let at = 0; at < before.length; at += 1) {
    const change = Math.abs(after[at]! - before[at]!);
    sum += norm === 'l1' ? change : change * change;
    largest = Math.max(largest, change);
  }
  if (norm === 'linf') return largest;
  return norm === 'l1' ? sum : Math.sqrt(sum);
}
