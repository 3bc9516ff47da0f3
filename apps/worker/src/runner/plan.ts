import type { Dataset } from '@entropic-lab/datasets';
import type { RunSpec } from '@entropic-lab/protocol';
import { attacksDue, attackWork } from './measure.ts';
import type { Work } from './pace.ts';

/** Expected cost of a unit of work, in forward passes of one example; measured as soon as it has been done once. */
const costs = { trainExample: 3, measureExample: 5, attackedExample: 100 };

/** All the work of a run by kind, for its {@link Pace}. */
export function planOf(spec: RunSpec, { train, test }: Pick<Dataset, 'train' | 'test'>, attacks: readonly unknown[]): Record<string, Work> {
  const epochs = spec.training?.epochs ?? 0;
  const attacked = Array.from({ length: epochs }, (_, i) => attacksDue(spec.evaluation, i + 1)).filter(Boolean).length;
  const attacksAtEnd = epochs > 0 && attacksDue(spec.evaluation, epochs) ? 0 : 1;
  const measuredAtEnd = epochs > 0 && (attacks.length === 0 || attacksAtEnd === 0) ? 0 : 1;
  const attackedExamples = Math.min(spec.evaluation.examples ?? test.count, test.count);
  return {
    ...(spec.training === undefined
      ? {}
      : { train: { total: epochs * Math.ceil(train.count / spec.training.batchSize), cost: costs.trainExample * spec.training.batchSize } }),
    measure: { total: (epochs + measuredAtEnd) * test.count, cost: costs.measureExample },
    ...Object.fromEntries(attacks.map((_, i) => [attackWork(i), { total: (attacked + attacksAtEnd) * attackedExamples, cost: costs.attackedExample }])),
  };
}
