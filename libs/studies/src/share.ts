import { wilsonInterval } from '@entropic-lab/protocol';
import { percent } from './percent.ts';

/** A number with the counts it comes from. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  /** 95 % Wilson interval. */
  readonly low: number;
  readonly high: number;
}

/** @param given is rounded: rates come as floating point numbers. */
export function shareOf(given: number, of: number): Share {
  const count = Math.round(given);
  const [low, high] = wilsonInterval(count, of) ?? [0, 1];
  return { count, of, share: count / of, low, high };
}

/** `3.50 % (2.1 to 5.6; 7 of 200)` */
export function shareText({ count, of, share, low, high }: Share): string {
  return `${percent(share)} (${range(low, high)}; ${count} of ${of})`;
}

/** `2.1 to 5.6`, in percent. */
export function range(low: number, high: number): string {
  return `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;
}
