import { LabError, type AttackResult, type Norm } from '@entropic-lab/protocol';

/** The shortest adversarial perturbation known of each example, in one norm. */
export interface MinimalDistances {
  readonly norm: Norm;
  /** By example: 0 where it is misclassified without one; Infinity where no attack found any. */
  readonly distances: Float64Array;
  /** Examples classified correctly without a perturbation. */
  readonly correct: number;
  /** Of these, those of which a perturbation is known. */
  readonly found: number;
}

/**
 * The best of several attacks on the same examples: sweeps, minimal attacks, or both.
 * @throws LabError INVALID_INPUT for none, or attacks of other norms or examples.
 */
export function minimalDistances(results: readonly AttackResult[]): MinimalDistances {
  const [first, ...others] = results;
  if (first === undefined) throw refuse('one attack or more', 'none');
  for (const other of others) {
    if (other.norm !== first.norm) throw refuse(`attacks in ${first.norm}`, other.norm);
    if (!sameExamples(first, other)) throw refuse('attacks on the same examples', `another set (${other.plugin})`);
  }
  const distances = Float64Array.from(first.perExample.outcome, (outcome) => (outcome === 'skippedMisclassified' ? 0 : Infinity));
  for (const { perExample } of results) perExample.distance.forEach((distance, index) => (distances[index] = Math.min(distances[index]!, distance ?? Infinity)));
  const correct = first.examples - first.outcomes.skippedMisclassified;
  const found = first.perExample.outcome.filter((outcome, index) => outcome !== 'skippedMisclassified' && Number.isFinite(distances[index])).length;
  return { norm: first.norm, distances, correct, found };
}

function sameExamples({ perExample: a }: AttackResult, { perExample: b }: AttackResult): boolean {
  return a.label.length === b.label.length && a.label.every((label, index) => label === b.label[index] && a.cleanPrediction[index] === b.cleanPrediction[index]);
}

function refuse(expected: string, got: string): LabError {
  return new LabError('INVALID_INPUT', `[metrics] expected ${expected}, got ${got} (results). Attack the same examples in one norm.`, { path: 'results' });
}
