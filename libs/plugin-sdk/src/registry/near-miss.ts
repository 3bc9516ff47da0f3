/** The candidate that `name` was probably meant to be, if one is close: at most a third of its letters differ. */
export function nearMiss(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3)) ? best.candidate : undefined;
}

/** ` Did you mean "pgd"? Available: fgsm, pgd.` for the end of a message. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const close = nearMiss(name, candidates);
  const all = candidates.length === 0 ? ' None is available.' : ` Available: ${[...candidates].sort().join(', ')}.`;
  return `${close === undefined ? '' : ` Did you mean "${close}"?`}${all}`;
}

/** Insertions, deletions, replacements and swaps of neighbors between two words. */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      let least = Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) least = Math.min(least, older[column - 2]! + 1);
      current.push(least);
    }
    older = previous;
    previous = current;
  }
  return previous[b.length]!;
}
