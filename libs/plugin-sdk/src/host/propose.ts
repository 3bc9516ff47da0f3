import { LabError, type ErrorCode, type ThreatModel } from '@entropic-lab/protocol';
import type { Rng, Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { AttackDefinition, AttackProblem, Criterion } from '../attack.ts';
import { Budget, type BudgetOptions, type Calls } from './budget.ts';
import { countedModel, type Attackable } from './counted-model.ts';
import { exampleRandom } from './example-random.ts';
import { checkShape, intoThreatModel } from './into-threat-model.ts';
import type { MemberReport } from './member-log.ts';
import { Members } from './members.ts';
import { pluginScope } from './plugin-scope.ts';
import { stepLoop } from './step-loop.ts';
import { withinTime } from './within-time.ts';

/** One batch for an attack, and what to run it on. */
export interface Proposal extends BudgetOptions {
  readonly attack: AttackDefinition;
  /** As `resolveOptions` gives them. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly network: Attackable;
  readonly runner: Runner;
  readonly threat: ThreatModel;
  /** [batch, height, width, channels], float32. */
  readonly inputs: tf.Tensor4D;
  /** [batch] int32 */
  readonly labels: tf.Tensor1D;
  /** Targets of a targeted attack, [batch] int32. Default: untargeted. */
  readonly targetClasses?: tf.Tensor1D | undefined;
  /** One source of random numbers per example. */
  readonly rngs: readonly Rng[];
}

export interface Proposed {
  /** [batch, height, width, channels], within bounds, and within epsilon where the attack is bounded. Owned by the caller. */
  readonly images: tf.Tensor4D;
  /** Places in the batch where the plugin gave NaN or infinite pixels; `images` has the input there. */
  readonly notFinite: readonly number[];
  readonly calls: Calls;
  /** Which limit ended the search, if one did. */
  readonly limit: string | undefined;
  /** What its members came to, where the attack is made of others; otherwise empty. */
  readonly members: readonly MemberReport[];
}

/** What an attack that failed had used by then. */
export interface FailedProposal {
  readonly error: LabError;
  readonly calls: Calls;
  readonly limit: string | undefined;
}

/**
 * What the attack proposes for a batch, moved into the threat model: for training, and for an evaluation that still
 * has to judge it. Tensors that the plugin made are disposed of. A batch of none is not given to the plugin.
 * @throws LabError CANCELLED; DEVICE_LOST, OUT_OF_MEMORY as the engine failed. What the plugin does wrong is returned, as PLUGIN_FAILED or OUT_OF_BUDGET, never thrown.
 */
export async function propose(proposal: Proposal): Promise<Proposed | FailedProposal> {
  const budget = new Budget(proposal);
  const used = () => ({ calls: budget.calls, limit: budget.reached });
  const members = new Members(proposal, budget);
  if (proposal.inputs.shape[0] === 0) return { images: tf.clone(proposal.inputs), notFinite: [], members: [], ...used() };
  try {
    let notFinite: readonly number[] = [];
    const images = await pluginScope(async () => {
      const returned = await withinTime(perturb(proposal, budget, members), budget);
      const checked = await intoThreatModel(checkShape(returned, proposal), proposal);
      notFinite = checked.notFinite;
      return checked.images;
    });
    return { images, notFinite, members: members.reports, ...used() };
  } catch (thrown) {
    const error = asPluginError(thrown, proposal.attack.name);
    if (notThePlugins.has(error.code)) throw error;
    return { error, ...used() };
  }
}

/** What ends an attack and says nothing of it: judged as its failure, a lost card would count as robustness. */
export const notThePlugins: ReadonlySet<ErrorCode> = new Set(['CANCELLED', 'DEVICE_LOST', 'OUT_OF_MEMORY']);

/** What a plugin threw, as an error with a code that names it. */
export function asPluginError(thrown: unknown, name: string): LabError {
  if (thrown instanceof LabError && (notThePlugins.has(thrown.code) || thrown.code === 'OUT_OF_BUDGET')) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new LabError('PLUGIN_FAILED', message.startsWith('[') ? message : `[${name}] ${message}`, { cause: thrown });
}

/** What the attack itself returns, whatever that is. */
export async function perturb(proposal: Proposal, budget: Budget, members: Members): Promise<tf.Tensor4D> {
  const { attack, network, inputs, labels, targetClasses } = proposal;
  // Copies: a plugin that disposes of what it was given harms itself alone.
  const own = { inputs: tf.clone(inputs), labels: tf.clone(labels) };
  const criterion: Criterion =
    targetClasses === undefined ? { kind: 'untargeted', labels: own.labels } : { kind: 'targeted', targetClasses: tf.clone(targetClasses) };
  const problem: AttackProblem<Record<string, unknown>> = {
    ...own,
    criterion,
    model: countedModel(network, inputs.shape[0], budget),
    threat: proposal.threat,
    options: proposal.options,
    random: exampleRandom({ rngs: proposal.rngs, inputShape: inputs.shape.slice(1) }),
    loop: stepLoop({ runner: proposal.runner, budget, name: `${attack.name} step` }),
    runMember: members.run,
  };
  return attack.perturb(problem as never);
}
