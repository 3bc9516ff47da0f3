import { nearest } from '@entropic-lab/protocol';

/** ` Did you mean "pgd"? Available: fgsm, pgd.` for the end of a message. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const close = nearest(name, candidates);
  const all = candidates.length === 0 ? ' None is available.' : ` Available: ${[...candidates].sort().join(', ')}.`;
  return `${close === undefined ? '' : ` Did you mean "${close}"?`}${all}`;
}
