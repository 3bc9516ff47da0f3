import type { Dataset } from '@entropic-lab/datasets';
import { mostCalls } from '@entropic-lab/plugin-sdk/host';
import type { Options, RunSpec, TrainingSpec } from '@entropic-lab/protocol';
import type { AttackDefinition } from '@entropic-lab/plugin-sdk';
import { auditPlan } from './audit.ts';
import { attacksDue, attackWork } from './measure.ts';
import type { Pace, Work } from './pace.ts';

/** Expected cost of a unit of work, in forward passes of one example; measured as soon as it has been done once. */
const costs = { trainExample: 3, measureExample: 5, attackedExample: 100, attackedCall: 3 };

/** Optimizer steps: free training takes each batch several times. */
function stepsPerEpoch({ trainer, batchSize }: TrainingSpec, examples: number): number {
  return Math.ceil(examples / batchSize) * (trainer.kind === 'free' ? trainer.replays : 1);
}

/** All the work of a run by kind, for its {@link Pace}. */
export function planOf(spec: RunSpec, { train, test }: Pick<Dataset, 'train' | 'test'>, attacks: readonly PlannedAttack[]): Record<string, Work> {
  const epochs = spec.training?.epochs ?? 0;
  const attacked = Array.from({ length: epochs }, (_, i) => attacksDue(spec.evaluation, i + 1)).filter(Boolean).length;
  const attacksAtEnd = epochs > 0 && attacksDue(spec.evaluation, epochs) ? 0 : 1;
  const measuredAtEnd = epochs > 0 && (attacks.length === 0 || attacksAtEnd === 0) ? 0 : 1;
  return {
    ...(spec.training === undefined
      ? {}
      : { train: { total: epochs * stepsPerEpoch(spec.training, train.count), cost: costs.trainExample * spec.training.batchSize } }),
    measure: { total: (epochs + measuredAtEnd) * test.count, cost: costs.measureExample },
    ...Object.fromEntries(attacks.map((attack, i) => [attackWork(i), { total: (attacked + attacksAtEnd) * attackedExamples(spec, test.count), cost: costOf(attack) }])),
    ...auditPlan(spec, { test }),
  };
}

/** What of an attack tells how long it takes. */
export interface PlannedAttack {
  readonly registered: { readonly definition: Pick<AttackDefinition, 'mostCalls'> };
  readonly options: Options;
}

function costOf({ registered: { definition }, options }: PlannedAttack): number {
  const calls = mostCalls(definition, options);
  return calls === undefined ? costs.attackedExample : costs.attackedCall * calls;
}

function attackedExamples({ evaluation }: RunSpec, there: number): number {
  return Math.min(evaluation.examples ?? there, there);
}

/** Epochs that will not be computed: earlier attempts did them, or an early stop left them out. */
export interface SkippedEpochs {
  /** The first of them, from 1. */
  readonly from: number;
  /** The last of them; none where it is before the first. */
  readonly to: number;
}

/** Takes the work of some epochs off a pace. */
export function skipEpochs(pace: Pace, { spec, dataset, attacks }: { spec: RunSpec; dataset: Pick<Dataset, 'train' | 'test'>; attacks: readonly unknown[] }, { from, to }: SkippedEpochs): void {
  for (let epoch = from; epoch <= to; epoch++) {
    pace.skip('train', stepsPerEpoch(spec.training!, dataset.train.count));
    pace.skip('measure', dataset.test.count);
    if (attacksDue(spec.evaluation, epoch)) attacks.forEach((_, i) => pace.skip(attackWork(i), attackedExamples(spec, dataset.test.count)));
  }
}
