import type { RunSpec } from '@entropic-lab/protocol';
import { storableText } from '../storable.ts';

/** The numbers and texts of a run by name. */
export interface Leaves {
  readonly values: ReadonlyMap<string, number>;
  /** True and false are texts here. */
  readonly words: ReadonlyMap<string, string>;
}

/** An index entry holds no more than some 2,700 bytes; longer words are found by their beginning. */
export const longestWord = 500;

/** Names that would not fit into an index, and specs whose options are a data set of their own, are looked up in the spec alone. */
const limits = { name: 200, leaves: 500 } as const;

/** Everything in a spec that is a number, a text, true or false, by its path: `training.loss.options.lambda`. */
export function leavesOf(spec: RunSpec): Leaves {
  const values = new Map<string, number>();
  const words = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (path.length > limits.name || values.size + words.size >= limits.leaves) return;
    if (typeof value === 'number') values.set(path, value);
    else if (typeof value === 'string' || typeof value === 'boolean') words.set(path, asWord(value));
    else if (typeof value === 'object' && value !== null) for (const [key, entry] of Object.entries(value)) visit(entry, path === '' ? key : `${path}.${key}`);
  };
  visit(spec, '');
  return { values: storableKeys(values), words: storableKeys(words) };
}

export function asWord(value: string | boolean): string {
  return [...storableText(String(value))].slice(0, longestWord).join('');
}

function storableKeys<T>(entries: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...entries].map(([name, value]) => [storableText(name), value]));
}
