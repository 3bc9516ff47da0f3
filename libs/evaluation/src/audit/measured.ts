import type { Finding, Measured } from '@entropic-lab/protocol';
import { wilsonInterval } from '../wilson.ts';

export function share(name: string, count: number, of: number): Measured {
  return { name, value: of === 0 ? null : count / of, unit: 'share', interval: wilsonInterval(count, of) };
}

export function quantity(name: string, value: number | null, unit: string): Measured {
  return { name, value: value !== null && Number.isFinite(value) ? value : null, unit, interval: null };
}

/** From which share of the examples on a line is odd, and from which it decides. */
export interface Thresholds {
  readonly concern: number;
  readonly alarm: number;
}

/** One example in twenty is odd; a claim of which every second example is affected stands no longer. */
export const usual: Thresholds = { concern: 0.05, alarm: 0.5 };

/** Fewer examples than these are never odd, however few were looked at. */
export const LEAST = 3;

export function findingOf(count: number, of: number, { concern, alarm }: Thresholds = usual): Finding {
  if (count < LEAST || of === 0) return 'clear';
  const rate = count / of;
  return rate >= alarm ? 'alarm' : rate >= concern ? 'concern' : 'clear';
}

/** 0.9731 -> `97.3 %` */
export function percent(count: number, of: number): string {
  return of === 0 ? 'none' : `${((100 * count) / of).toFixed(1)} %`;
}
