import type { Norm, Options as AnyOptions, ThreatModel } from '@entropic-lab/protocol';
import type { TensorTree } from '@entropic-lab/tensor';
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { z } from 'zod';
import { CONTRACT_VERSION } from './contract-version.ts';
import type { PluginDefinition } from './definition.ts';

/** What an attack uses of the network. `queries`: logits or labels only, never a gradient. */
export type AttackNeed = 'gradients' | 'logits' | 'labels' | 'queries';

/** The network under attack. Always logits, never probabilities. */
export interface AttackModel {
  readonly classes: number;
  /** inputs [batch, height, width, channels] -> logits [batch, classes]. Pure and differentiable. */
  logits(inputs: Tensor4D): Tensor2D;
}

/** Which answer of the network counts as success. */
export type Criterion =
  | { readonly kind: 'untargeted'; readonly labels: Tensor1D }
  | { readonly kind: 'targeted'; readonly targetClasses: Tensor1D };

/**
 * Random draws, one row per example. A row depends on the seed, the example and how many draws went before,
 * and on nothing else: not on the batch the example happens to be in. Drawn anew at every step, also when the
 * step is compiled.
 */
export interface AttackRandom {
  /** [batch, ...shape], uniform in [0, 1). `shape` defaults to that of an input. */
  uniform(shape?: readonly number[]): Tensor;
  /** [batch, ...shape], standard normal. `shape` defaults to that of an input. */
  normal(shape?: readonly number[]): Tensor;
  /** [batch, ...shape] int32, uniform in 0 ... below - 1. */
  integers(below: number, shape?: readonly number[]): Tensor;
}

/** An attack that another attack runs, and how. */
export interface Member {
  /** What `defineAttack` returned: imported from the package that exports it. */
  readonly attack: AttackDefinition;
  readonly preset?: string | undefined;
  /** On top of the member's defaults, those for the norm, and the preset. */
  readonly options?: AnyOptions | undefined;
}

/** What a member came to, judged by the host. */
export interface MemberResult {
  /** One image for each example it tried, [examples, height, width, channels]. */
  readonly images: Tensor4D;
  /** Whether each of them is a success that the threat model allows. */
  readonly found: readonly boolean[];
}

/** One batch to attack. All tensors belong to the host. */
export interface AttackProblem<Options> {
  readonly model: AttackModel;
  /** [batch, height, width, channels]; every one of them is classified correctly. */
  readonly inputs: Tensor4D;
  /** [batch] int32, the true classes. */
  readonly labels: Tensor1D;
  readonly criterion: Criterion;
  readonly threat: ThreatModel;
  readonly options: Options;
  readonly random: AttackRandom;
  /**
   * Takes `steps` steps from `initial`. `step` is plain synchronous TF.js, without reads of values on the host and
   * without branches on them: then it is compiled. `iteration` is a float32 scalar from 0. The host counts calls of
   * the network, shows progress, and stops here when the run is cancelled or a limit is reached.
   */
  loop<S extends TensorTree>(steps: number, initial: S, step: (state: S, iteration: Scalar) => S): Promise<S>;
  /**
   * For attacks made of others: lets `member` try the examples at `rows` (default: all), as the lab itself would run it.
   * The host resolves its options, gives it draws of its own, counts its calls for the examples it tried, keeps the
   * limits, judges its images, and records what it came to. A member that throws found nothing; examples that it left
   * and nobody else finds end as `error`. See also {@link cascade}.
   */
  runMember(member: Member, rows?: readonly number[]): Promise<MemberResult>;
}

export interface AttackDefinition<O extends z.ZodObject = z.ZodObject> extends PluginDefinition<O> {
  readonly kind: 'attack';
  readonly norms: readonly Norm[];
  readonly needs: readonly AttackNeed[];
  /** Defaults that differ from the schema's in a norm: `{ l2: { steps: 50 } }`. A preset and options go on top. */
  readonly normDefaults?: Readonly<Partial<Record<Norm, Partial<z.input<O>>>>>;
  /**
   * `bounded`: searches within epsilon. `minimal`: searches the smallest perturbation it can find, of which the host
   * counts those within epsilon.
   */
  readonly search: 'bounded' | 'minimal';
  /**
   * The most forward calls of the network that an example can take under these options: by it the host tells the time
   * left while the first batch is under way. Default: not known until a batch has ended.
   */
  mostCalls?(options: z.output<O>): number;
  /**
   * Proposes an image for each input, [batch, height, width, channels]; where it found nothing, the input itself.
   * The host disposes of every tensor made here, projects bounded proposals onto the threat model, and judges each
   * image itself. Plain TF.js.
   */
  perturb(problem: AttackProblem<z.output<O>>): Tensor4D | Promise<Tensor4D>;
}

/** An attack as a value. Checks nothing yet: the registry does, with the package's name at hand. */
export function defineAttack<O extends z.ZodObject>(attack: Omit<AttackDefinition<O>, 'kind' | 'contract'>): AttackDefinition<O> {
  return { ...attack, kind: 'attack', contract: CONTRACT_VERSION };
}
