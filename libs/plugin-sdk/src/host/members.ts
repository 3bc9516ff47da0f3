import { LabError } from '@entropic-lab/protocol';
import { dispose } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Member, MemberResult } from '../attack.ts';
import { resolveOptions } from '../registry/resolve-options.ts';
import type { Budget, Calls } from './budget.ts';
import { intoThreatModel, checkShape, pixelPairs } from './into-threat-model.ts';
import { allowed } from './measure.ts';
import { MemberLog, type MemberReport } from './member-log.ts';
import { asPluginError, notThePlugins, perturb, type Proposal } from './propose.ts';

/** Runs the members of an attack made of others, one after another, and remembers what each came to. */
export class Members {
  readonly #proposal: Proposal;
  readonly #budget: Budget;
  readonly #log: MemberLog;
  #last: Promise<unknown> = Promise.resolve();

  constructor(proposal: Proposal, budget: Budget) {
    this.#proposal = proposal;
    this.#budget = budget;
    this.#log = new MemberLog(proposal.inputs.shape[0]);
  }

  get reports(): readonly MemberReport[] {
    return this.#log.reports;
  }

  /** Members wait for one another: TF.js has one stack of scopes. */
  readonly run = (member: Member, rows: readonly number[] = [...this.#proposal.rngs.keys()]): Promise<MemberResult> => {
    const turn = this.#last.then(() => this.#turn(member, rows));
    this.#last = turn.catch(() => {});
    return turn;
  };

  async #turn(member: Member, rows: readonly number[]): Promise<MemberResult> {
    const proposal = this.#share(member, rows);
    const part = rows.length / this.#proposal.rngs.length;
    const budget = this.#budget.share(this.#usedBy(rows), part);
    if (rows.length === 0 || budget.exhausted()) {
      this.#budget.charge(budget, 0);
      if (rows.length > 0) this.#budget.refuseEndlessLoops();
      return { images: tf.clone(proposal.inputs), found: rows.map(() => false) };
    }
    const started = performance.now();
    const engine = tf.engine();
    engine.startScope('member');
    let images: tf.Tensor4D = proposal.inputs;
    let found = rows.map(() => false);
    let failed: readonly number[] = [];
    let error: LabError | undefined;
    try {
      const members = new Members(proposal, budget);
      const checked = await intoThreatModel(checkShape(await perturb(proposal, budget, members), proposal), proposal);
      images = checked.images;
      found = await successes(proposal, images);
      failed = checked.notFinite;
      if (failed.length > 0) error = new LabError('PLUGIN_FAILED', `[${proposal.attack.name}] gave images with pixels that are NaN or infinite`);
    } catch (thrown) {
      error = asPluginError(thrown, proposal.attack.name);
      if (notThePlugins.has(error.code)) throw error;
      if (error.code === 'PLUGIN_FAILED') failed = [...rows.keys()];
    } finally {
      engine.endScope(images);
    }
    this.#budget.charge(budget, part);
    this.#log.add({ proposal, rows, found, calls: budget.calls, seconds: (performance.now() - started) / 1000, failed, error });
    return { images, found };
  }

  /** What the examples used so far: the attack itself, outside of members, and the most that members used for one. */
  #usedBy(rows: readonly number[]): Calls {
    const [all, shared, most] = [this.#budget.calls, this.#log.mean(), this.#log.most(rows)];
    return { forward: all.forward - shared.forward + most.forward, backward: all.backward - shared.backward + most.backward };
  }

  /** The member's own proposal: the examples at `rows`, with draws of its own. */
  #share({ attack, preset, options }: Member, rows: readonly number[]): Proposal {
    const { inputs, labels, targetClasses, rngs, threat } = this.#proposal;
    if (attack?.kind !== 'attack') throw new LabError('BAD_PLUGIN', `[${this.#proposal.attack.name}] expected a member that defineAttack made, got ${typeof attack}.`);
    if (!attack.norms.includes(threat.norm)) {
      throw new LabError('BAD_PLUGIN', `[${this.#proposal.attack.name}] expected members that work in ${threat.norm}, got ${attack.name} (${attack.norms.join(', ')}). Leave it out in this norm.`);
    }
    const at = tf.tensor1d(Int32Array.from(rows), 'int32');
    return {
      ...this.#proposal,
      attack,
      options: resolveOptions(attack, { norm: threat.norm, preset, options }),
      inputs: tf.gather(inputs, at),
      labels: tf.gather(labels, at),
      targetClasses: targetClasses === undefined ? undefined : tf.gather(targetClasses, at),
      // By how often an example was tried, so that what it gets does not depend on its batch.
      rngs: rows.map((row) => rngs[row]!.fork(`member ${this.#log.tries(row)}`)),
    };
  }
}

/** Whether each image is a success that the threat model allows. The host's own look, which counts as nobody's call. */
async function successes({ network, runner, inputs, labels, targetClasses, threat }: Proposal, images: tf.Tensor4D): Promise<boolean[]> {
  const output = await runner.jit((x: tf.Tensor4D) => tf.argMax(network.apply(network.params, x).logits, 1), { name: 'answers' })(images);
  const [answers, wanted] = [await output.data(), await (targetClasses ?? labels).data()];
  const pairs = pixelPairs((await inputs.data()) as Float32Array, (await images.data()) as Float32Array, inputs.shape[0]);
  dispose(output);
  const hit = (row: number) => (targetClasses === undefined ? answers[row] !== wanted[row] : answers[row] === wanted[row]);
  return pairs.map((pair, row) => hit(row) && allowed(pair, threat));
}
