import type { Series } from '../../charts/line-chart.tsx';
import { attackMark } from '../../design/attack-marks.ts';
import type { AttackMeasured, Measured } from '../../lab/operations/run-events.ts';
import type { RunRow } from '../../lab/operations/run-row.ts';
import { attackTitle, variantsOf } from '../../parts/attack-name.tsx';
import { attackedImages } from '../../parts/measures.ts';

const termColors = ['--accent', '--attack-violet', '--attack-teal', '--attack-brown'];
const termDashes: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [9, 3, 2, 3]];

/** The total loss in the color of text, its terms beside it. */
export function lossSeries(epochs: readonly Measured[]): Series[] {
  const names = [...new Set(epochs.flatMap(({ loss }) => loss.map(({ name }) => name)))].sort((a, b) => Number(b === 'total') - Number(a === 'total'));
  // A loss of one term is its total.
  const drawn = names.length === 2 ? names.filter((name) => name === 'total') : names;
  return drawn.map((name, at) => ({
    key: name,
    name: words(name),
    text: words(name),
    color: name === 'total' ? '--text' : termColors[(at - 1 + termColors.length) % termColors.length]!,
    dash: name === 'total' ? [] : termDashes[(at - 1) % termDashes.length]!,
    values: epochs.map(({ loss }) => loss.find((term) => term.name === name)?.value ?? null),
  }));
}

/** `crossEntropy` as `cross entropy`. */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

/** One curve for each attack of the spec, with its Wilson interval. */
export function attackSeries(epochs: readonly Measured[], { spec }: Pick<RunRow, 'spec'>): Series[] {
  const attacks = spec.evaluation.attacks;
  const variants = variantsOf(attacks);
  return attacks.map((attack, at) => {
    const { color, dash } = attackMark(attack.plugin, variants[at]);
    // Results come in the order of the spec; epochs without attacks have none.
    const results = epochs.map((epoch): AttackMeasured | undefined => epoch.attacks[at]);
    return {
      key: `${at}`,
      name: attackTitle(attack),
      text: attackTitle(attack),
      color,
      dash,
      values: results.map((result) => result?.attackSuccessRate ?? null),
      band: { low: results.map((result) => result?.attackSuccessInterval?.[0] ?? null), high: results.map((result) => result?.attackSuccessInterval?.[1] ?? null) },
      hint: `Found / those of ${attackedImages(spec)} that were classified correctly before`,
    };
  });
}
