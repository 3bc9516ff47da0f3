import type { AttackResult, Outcome } from '@entropic-lab/protocol';
import type { AttackJob } from './attack-job.ts';
import type { Judgement } from './judge.ts';
import type { MemberTally } from './member-tally.ts';
import { median, wilsonInterval } from './wilson.ts';

/** What an attack used, over all batches: calls times examples. */
export interface Usage {
  readonly forward: number;
  readonly backward: number;
  /** Examples attacked. */
  readonly examples: number;
  readonly seconds: number;
}

export interface Findings {
  readonly judgements: readonly Judgement[];
  readonly cleanPredictions: Int32Array;
  readonly usage: Usage;
  /** Of an attack that may be made of others. */
  readonly tally?: MemberTally | undefined;
  readonly messages: readonly string[];
}

/** The record of an attack, with both denominators. */
export function attackResult(job: AttackJob, { judgements, cleanPredictions, usage, tally, messages }: Findings): AttackResult {
  const { definition, hash } = job.attack;
  const outcomes = countOutcomes(judgements);
  const parts = tally?.record((index) => judgements[index]!.outcome === 'found');
  const attacked = judgements.length - outcomes.skippedMisclassified;
  return {
    plugin: definition.name,
    version: definition.version,
    hash,
    norm: job.threat.norm,
    epsilon: job.threat.epsilon,
    options: job.options,
    shown: 'logits',
    examples: judgements.length,
    outcomes,
    attackSuccessRate: attacked === 0 ? null : outcomes.found / attacked,
    attackSuccessInterval: wilsonInterval(outcomes.found, attacked),
    robustAccuracy: withstood(job, judgements) / Math.max(judgements.length, 1),
    medianDistance: median(judgements.flatMap(({ distance }) => (distance === null ? [] : [distance]))),
    perExample: {
      label: [...job.examples.labels],
      // The record has no negative class: an answer that is no number is recorded as the class after the last.
      cleanPrediction: [...cleanPredictions].map((prediction) => (prediction < 0 ? job.network.classes : prediction)),
      prediction: judgements.map(({ prediction }) => prediction),
      outcome: judgements.map(({ outcome }) => outcome),
      distance: judgements.map(({ distance }) => distance),
      ...(parts === undefined ? {} : { foundBy: parts.foundBy }),
    },
    ...(parts === undefined ? {} : { members: parts.members }),
    forwardCalls: usage.forward / Math.max(usage.examples, 1),
    backwardCalls: usage.backward / Math.max(usage.examples, 1),
    seconds: usage.seconds,
    messages: [...messages],
  };
}

export function countOutcomes(judgements: readonly Judgement[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { found: 0, notFound: 0, error: 0, outOfBudget: 0, skippedMisclassified: 0 };
  for (const { outcome } of judgements) counts[outcome] += 1;
  return counts;
}

/** Examples still classified correctly. A targeted attack that misses its class may have found another wrong one. */
function withstood({ targetClasses, examples }: AttackJob, judgements: readonly Judgement[]): number {
  return judgements.filter(({ outcome, prediction }, index) => outcome === 'notFound' && (targetClasses === undefined || prediction === examples.labels[index])).length;
}
