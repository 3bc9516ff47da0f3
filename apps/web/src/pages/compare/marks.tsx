/** Runs are drawn apart from attacks: a letter, and a color with a dash. */
const colors = ['--text', '--accent', '--attack-brown', '--attack-violet', '--attack-teal', '--attack-pink', '--attack-olive', '--attack-gray'];
const dashes: readonly (readonly number[])[] = [[], [], [7, 3], [2, 3], [9, 3, 2, 3], [7, 3], [2, 3], []];

export function runMark(at: number): { readonly letter: string; readonly color: string; readonly dash: readonly number[] } {
  return { letter: String.fromCodePoint(65 + at), color: colors[at % colors.length]!, dash: dashes[at % dashes.length]! };
}

export function RunLetter({ at }: { readonly at: number }) {
  const { letter, color } = runMark(at);
  return <span className="run-letter" style={{ color: `var(${color})`, borderColor: `var(${color})` }}>{letter}</span>;
}
