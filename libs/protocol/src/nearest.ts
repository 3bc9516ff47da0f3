/**
 * The name that was probably meant, or undefined where none is close: at most a third of the signs (and one in a short
 * name) inserted, deleted, replaced, or swapped with their neighbor (optimal string alignment distance).
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const ranked = names.map((known) => ({ known, far: distance(name.toLowerCase(), known.toLowerCase()) }));
  const [best] = ranked.sort((a, b) => a.far - b.far);
  return best !== undefined && best.far <= Math.max(1, Math.floor(name.length / 3)) ? best.known : undefined;
}

function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)));
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const edits = [rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) edits.push(rows[i - 2]![j - 2]! + 1);
      rows[i]![j] = Math.min(...edits);
    }
  }
  return rows[a.length]![b.length]!;
}
