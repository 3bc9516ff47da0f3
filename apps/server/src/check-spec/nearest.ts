import { nearest } from '@entropic-lab/protocol';

/** ` Did you mean "x"? Known: x, y.` for the end of a message. */
export function suggestion(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  const known = names.length === 0 ? 'none' : [...names].sort().join(', ');
  return `${meant === undefined ? '' : ` Did you mean ${JSON.stringify(meant)}?`} Known: ${known}.`;
}
