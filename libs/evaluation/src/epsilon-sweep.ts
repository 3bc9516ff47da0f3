import { LabError, type AttackResult } from '@entropic-lab/protocol';
import { withinEpsilon } from '@entropic-lab/tensor';
import { attackNetwork, type AttackProgress } from './attack-network.ts';
import type { AttackJob } from './attack-job.ts';
import { attackResult } from './attack-result.ts';
import type { Judgement } from './judge.ts';
import { accuracy } from './predict.ts';

export interface SweepJob extends Omit<AttackJob, 'threat'> {
  readonly threat: Omit<AttackJob['threat'], 'epsilon'>;
  /** Each at least 0; visited from the smallest. */
  readonly epsilons: readonly number[];
}

export interface SweepProgress extends AttackProgress {
  readonly epsilon: number;
}

/**
 * The attack at each epsilon, from the smallest; returns one record each, in that order. A minimal attack searches
 * once, at the largest epsilon, and its distances answer for the others. The same random draws at every epsilon.
 * @throws LabError INVALID_INPUT, CANCELLED.
 */
export async function* epsilonSweep(job: SweepJob): AsyncGenerator<SweepProgress, AttackResult[], undefined> {
  if (job.epsilons.length === 0) throw new LabError('INVALID_INPUT', '[evaluation] expected at least one epsilon, got none (epsilons).', { path: 'epsilons' });
  const epsilons = [...job.epsilons].sort((a, b) => a - b);
  const cleanPredictions = job.cleanPredictions ?? (await accuracy(job)).predictions;
  const searched = job.attack.definition.search === 'minimal' ? epsilons.slice(-1) : epsilons;
  const results: AttackResult[] = [];
  for (const epsilon of searched) {
    results.push(yield* atEpsilon({ ...job, cleanPredictions, threat: { ...job.threat, epsilon } }));
  }
  return searched.length === epsilons.length ? results : epsilons.map((epsilon) => within(epsilon, results[0]!, { ...job, cleanPredictions }));
}

async function* atEpsilon(job: AttackJob): AsyncGenerator<SweepProgress, AttackResult, undefined> {
  const steps = attackNetwork(job);
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
    yield { ...step.value, epsilon: job.threat.epsilon };
  }
}

/** What a minimal attack's record would be at a smaller epsilon. */
function within(epsilon: number, widest: AttackResult, job: Omit<SweepJob, 'cleanPredictions'> & { cleanPredictions: Int32Array }): AttackResult {
  const threat = { ...job.threat, epsilon };
  const size = job.network.inputShape.reduce((product, length) => product * length, 1);
  const judgements = widest.perExample.outcome.map((outcome, index): Judgement => {
    const distance = widest.perExample.distance[index]!;
    const prediction = widest.perExample.prediction[index]!;
    if (outcome !== 'found' || withinEpsilon(distance!, threat, size)) return { outcome, prediction, distance };
    return { outcome: 'notFound', prediction, distance: null };
  });
  const { forwardCalls, backwardCalls, seconds, messages } = widest;
  const usage = { forward: forwardCalls, backward: backwardCalls, examples: 1, seconds };
  return attackResult({ ...job, threat }, { judgements, cleanPredictions: job.cleanPredictions, usage, messages });
}
