import { LabError } from '@entropic-lab/protocol';

/** What one check computed: for comparison with what another engine computed of the same. */
export type Evidence =
  /** Numbers in groups, each compared relative to the largest of its group. */
  | { readonly check: string; readonly kind: 'numbers'; readonly groups: Readonly<Record<string, readonly number[]>> }
  /** Pixels, where an engine's rounding may turn the sign of a gradient near 0. */
  | { readonly check: string; readonly kind: 'pixels'; readonly pixels: readonly number[] }
  /** Words: outcomes of examples, findings of an audit. */
  | { readonly check: string; readonly kind: 'words'; readonly words: readonly string[] };

export interface Verdict {
  readonly check: string;
  readonly good: boolean;
  readonly text: string;
}

/** Of training and gradients, relative to the largest of a group. */
export const TOLERANCE = 1e-4;
/** Share of pixels in which a signed step may go the other way. */
export const TURNED_PIXELS = 1e-3;
/** Share of words that may differ: many steps make large differences of roundings. */
const OTHER_WORDS = 1 / 16;

/** Whether what was computed is what was recorded. @throws LabError INTERNAL where they are not of the same check. */
export function compare(given: Evidence, recorded: Evidence): Verdict {
  const { check } = given;
  if (given.kind === 'numbers' && recorded.kind === 'numbers') {
    const differences = Object.entries(recorded.groups).map(([name, numbers]) => ({ name, difference: relative(given.groups[name] ?? [], numbers) }));
    const worst = differences.reduce((a, b) => (b.difference > a.difference ? b : a), { name: '', difference: 0 });
    return { check, good: worst.difference <= TOLERANCE, text: `largest difference ${worst.difference.toExponential(1)} of the largest number (${worst.name || 'everywhere'}), allowed ${TOLERANCE}` };
  }
  if (given.kind === 'pixels' && recorded.kind === 'pixels') {
    const share = unequal(given.pixels, recorded.pixels, (a, b) => Math.abs(a - b) <= TOLERANCE);
    return { check, good: share <= TURNED_PIXELS, text: `${(100 * share).toFixed(3)} % of pixels differ by more than ${TOLERANCE}, allowed ${100 * TURNED_PIXELS} %` };
  }
  if (given.kind === 'words' && recorded.kind === 'words') {
    const share = unequal(given.words, recorded.words, (a, b) => a === b);
    const changed = recorded.words.flatMap((word, i) => (word === given.words[i] ? [] : [`${word} -> ${given.words[i]}`]));
    return { check, good: share <= OTHER_WORDS, text: `${changed.length} of ${recorded.words.length} differ${changed.length === 0 ? '' : ` (${changed.slice(0, 4).join('; ')})`}, allowed ${(100 * OTHER_WORDS).toFixed(0)} %` };
  }
  throw new LabError('INTERNAL', `[gpu-check] expected evidence of ${check} as ${recorded.kind}, got ${given.kind}. Pack again.`);
}

function relative(given: readonly number[], recorded: readonly number[]): number {
  if (given.length !== recorded.length) return Infinity;
  const largest = recorded.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = recorded.reduce((most, value, i) => Math.max(most, Number.isFinite(given[i]!) ? Math.abs(value - given[i]!) : Infinity), 0);
  return difference === 0 ? 0 : difference / largest;
}

function unequal<T>(given: readonly T[], recorded: readonly T[], same: (a: T, b: T) => boolean): number {
  if (given.length !== recorded.length) return 1;
  return recorded.filter((value, i) => !same(given[i]!, value)).length / Math.max(1, recorded.length);
}
