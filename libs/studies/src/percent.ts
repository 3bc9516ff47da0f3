/** 0.9731 -> `97.31 %`. */
export function percent(share: number | null, digits = 2): string {
  return share === null ? '-' : `${(100 * share).toFixed(digits)} %`;
}
