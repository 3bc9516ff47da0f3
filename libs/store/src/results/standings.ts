import type { AttackResult, EpochMetrics, FinalEvaluation } from '@entropic-lab/protocol';
import type { StandingRow } from '../results-tables.ts';

type Standing = Omit<StandingRow, 'number' | 'dataset'>;

/**
 * What a network withstood at each norm and epsilon, by all attacks made there together: an example is robust that was
 * classified correctly and that each of them left so. Errors and exhausted budgets are no robustness.
 */
export function standingsOf({ attacks, cleanAccuracy }: EpochMetrics | FinalEvaluation): Standing[] {
  const places = new Map<string, AttackResult[]>();
  for (const attack of attacks) {
    const place = `${attack.norm} ${attack.epsilon}`;
    places.set(place, [...(places.get(place) ?? []), attack]);
  }
  return [...places.values()].map((there) => {
    const [{ norm, epsilon, examples }] = there as [AttackResult];
    return { norm, epsilon, examples, cleanAccuracy, robustAccuracy: survivors(there, examples), attacks: [...new Set(there.map(({ plugin }) => plugin))].sort() };
  });
}

function survivors(attacks: readonly AttackResult[], examples: number): number {
  if (examples === 0) return 0;
  // Attacks of one evaluation are made on one set; should one lack its columns, its total is a bound.
  const complete = attacks.every(({ perExample }) => perExample.outcome.length === examples);
  if (!complete) return Math.min(...attacks.map(({ robustAccuracy }) => robustAccuracy));
  let robust = 0;
  for (let at = 0; at < examples; at += 1) if (attacks.every(({ perExample }) => perExample.outcome[at] === 'notFound')) robust += 1;
  return robust / examples;
}
