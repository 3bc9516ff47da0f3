import type { Attackable, Calls } from '@entropic-lab/plugin-sdk/host';
import { resolveOptions } from '@entropic-lab/plugin-sdk/registry';
import type { AttackResult, Options, ThreatModel } from '@entropic-lab/protocol';
import type { Rng } from '@entropic-lab/tensor';
import type { AttackJob } from '../attack-job.ts';
import { attackNetwork } from '../attack-network.ts';
import type { LineContext } from './line.ts';

/** An attack of a line. */
export interface AttackRun {
  readonly attack: AttackJob['attack'];
  readonly preset?: string | undefined;
  readonly options?: Options | undefined;
  /** Places of the examples it gets. */
  readonly indices: Int32Array;
  /** Shown to the attack in the network's place. */
  readonly shown?: Attackable | undefined;
  /** Default: the audit's. */
  readonly threat?: ThreatModel;
  /** Default: the line's. */
  readonly rng?: Rng;
}

export interface AttackFindings {
  /** Places of the examples broken, in order. */
  readonly found: number[];
  readonly calls: Calls;
  readonly result: AttackResult;
  /** Examples without a result: the attack failed, or a limit ended it. */
  readonly undecided: number;
}

/** Attacks some examples of the set; yields the share done. Each keeps its place in the set, and so its random draws. */
export async function* attackSome(context: LineContext, run: AttackRun): AsyncGenerator<number, AttackFindings, undefined> {
  const { job, limits } = context;
  const { attack, preset, indices, shown, threat = job.threat, rng = context.rng } = run;
  const options = resolveOptions(attack.definition, { norm: threat.norm, preset, options: run.options, path: 'audit' });
  const work = attackNetwork({ ...job, attack, options, threat, rng, shown, limits, cleanPredictions: only(indices, context) });
  const others = job.examples.count - indices.length;
  for (;;) {
    const step = await work.next();
    if (step.done !== true) {
      yield Math.max(0, step.value.done + step.value.underWay - others) / Math.max(1, indices.length);
      continue;
    }
    const { outcomes, perExample, forwardCalls, backwardCalls } = step.value;
    const found = perExample.outcome.flatMap((outcome, index) => (outcome === 'found' ? [index] : []));
    return { found, calls: { forward: forwardCalls, backward: backwardCalls }, result: step.value, undecided: outcomes.error + outcomes.outOfBudget };
  }
}

/** Clean answers under which an attack passes over all examples but these. */
function only(indices: Int32Array, { job, clean }: LineContext): Int32Array {
  const { examples, network } = job;
  const wrong = examples.labels.map((label) => (label + 1) % network.classes);
  indices.forEach((index) => (wrong[index] = clean[index]!));
  return wrong;
}
