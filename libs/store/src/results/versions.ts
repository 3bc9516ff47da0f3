import { asWord } from './leaves.ts';

/** Among the texts of a run, beside those of its spec: which version of its loss computed it. */
export const lossVersion = 'version/loss';

/** The same of an attack of its latest evaluation. */
export function attackVersion(plugin: string): string {
  return asWord(`version/attack/${plugin}`);
}

/**
 * A version as a text that sorts as versions do: 1.9.0 before 1.10.0, and 2.0.0-beta before 2.0.0. Each number has nine
 * digits, and a mark of digits says what is ahead of its release, for collations pass over other signs.
 * Migration 0009_versions does the same in SQL.
 */
export function versionWord(version: string): string {
  const marked = version.includes('-') ? version.replace('-', ' 0 ') : `${version} 1`;
  return asWord(marked.replaceAll(/[0-9]+/g, (digits) => digits.padStart(9, '0')));
}
