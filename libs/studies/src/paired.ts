import { discordant, mcnemar, type TablePlan } from '@entropic-lab/protocol';
import { isMeasured, type Attack, type Outcomes } from './outcome.ts';
import type { Grid } from './table.ts';

type Pair = NonNullable<TablePlan['paired']>[number];

/** Two networks on the same images, each attack on the logits that both had: exact McNemar tests. Undefined where nothing can be paired. */
export function pairedGrid(pairs: readonly Pair[], outcomes: Outcomes): Grid | undefined {
  const rows = pairs.flatMap((pair) => rowsOf(pair, outcomes));
  return rows.length === 0 ? undefined : [['networks', 'attack', 'images', 'withstood by the first only', 'by the second only', 'p (McNemar)'], ...rows];
}

function rowsOf({ title, first, second }: Pair, outcomes: Outcomes): string[][] {
  const [one, other] = [first, second].map((key) => attacksOf(key, outcomes));
  return one!.flatMap((attack) => {
    const match = other!.find((candidate) => titleOf(candidate) === titleOf(attack));
    if (match === undefined || !sameImages(attack, match)) return [];
    const pairs = discordant(withstood(attack), withstood(match));
    return [[title, titleOf(attack), String(attack.examples), String(pairs.firstOnly), String(pairs.secondOnly), probabilityText(mcnemar(pairs))]];
  });
}

function attacksOf(key: string, outcomes: Outcomes): readonly Attack[] {
  const outcome = outcomes.get(key);
  return isMeasured(outcome) ? outcome.evaluation.attacks.filter(({ shown }) => shown === 'logits') : [];
}

function titleOf({ plugin, norm, epsilon }: Attack): string {
  return `${plugin} ${norm} ${epsilon}`;
}

function sameImages({ perExample: a }: Attack, { perExample: b }: Attack): boolean {
  return a !== undefined && b !== undefined && a.label.length === b.label.length && a.label.every((label, at) => label === b.label[at]);
}

/** Still correct after the attack; errors and exhausted budgets do not count as robust. */
function withstood({ perExample }: Attack): boolean[] {
  return perExample!.outcome.map((outcome) => outcome === 'notFound');
}

function probabilityText(p: number): string {
  return p < 1e-4 ? '< 0.0001' : p.toPrecision(2);
}
