import { z } from 'zod';
import { AuditSpec } from './audit.ts';
import { LimitsSpec } from './limits.ts';
import { EntropyReading } from './entropy-reading.ts';
import { parse } from './parse.ts';
import { Norm } from './threat-model.ts';
import { unwatchable } from './watchable-metrics.ts';

const count = z.int().min(1);
/** Options of a plugin, architecture or dataset: checked against the schema its owner publishes, not here. */
export const Options = z.record(z.string(), z.unknown());
export type Options = z.infer<typeof Options>;

/** Name of a group of workers. */
export const PoolName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'expected 1 to 64 small letters, digits, - and _, beginning with a letter or digit');

/** A plugin and its options. */
export const PluginUse = z.strictObject({ plugin: z.string().min(1), options: Options.default({}) });
export type PluginUse = z.infer<typeof PluginUse>;

/**
 * What an attack takes for the logits. `probabilities` are those of the softmax, as a model that ends in one gives them:
 * the mistake that makes C&W fail, kept to repeat results of others that rest on it.
 */
export const Shown = z.enum(['logits', 'probabilities']);
export type Shown = z.infer<typeof Shown>;

/**
 * The class that a targeted attack is to reach for each example: the one after its label (after the last the first), or
 * another than its label, drawn by the seed.
 */
export const Target = z.enum(['next', 'random']);
export type Target = z.infer<typeof Target>;

export const AttackSpec = z.strictObject({
  plugin: z.string().min(1),
  norm: Norm.default('linf'),
  /** Perturbation budget in the units of the pixels. */
  epsilon: z.number().min(0),
  /** Named defaults of the plugin (`foolbox`, `paper`); `options` go on top. */
  preset: z.string().min(1).optional(),
  options: Options.default({}),
  shown: Shown.default('logits'),
  /** Absent: untargeted, any wrong class will do. */
  target: Target.optional(),
});
export type AttackSpec = z.infer<typeof AttackSpec>;

export const DatasetSpec = z.strictObject({
  name: z.string().min(1),
  options: Options.default({}),
  /** Use the first n training examples in file order. Default: all. */
  trainLimit: count.optional(),
  /** Use the first n test examples in file order. Default: all. */
  testLimit: count.optional(),
});
export type DatasetSpec = z.infer<typeof DatasetSpec>;

export const ModelSpec = z.strictObject({
  architecture: z.string().min(1),
  options: Options.default({}),
  /** Start from the final weights of this run instead of random ones. */
  fromRun: z.string().min(1).optional(),
  /** Multiplies the logits: the same answers, and in float32 gradients that vanish. A control for defenses that make logits large. */
  logitScale: z.number().positive().default(1),
});
export type ModelSpec = z.infer<typeof ModelSpec>;

const learningRate = z.number().positive().default(1e-3);
export const OptimizerSpec = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adam'),
    learningRate,
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    /** Keras' 1e-7 by default. */
    epsilon: z.number().positive().default(1e-7),
  }),
  z.strictObject({
    kind: z.literal('rmsprop'),
    learningRate,
    decay: z.number().min(0).lt(1).default(0.9),
    epsilon: z.number().positive().default(1e-7),
  }),
  z.strictObject({ kind: z.literal('sgd'), learningRate, momentum: z.number().min(0).lt(1).default(0) }),
]);
export type OptimizerSpec = z.infer<typeof OptimizerSpec>;

export const TrainerSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('standard') }),
  z.strictObject({
    kind: z.literal('adversarial'),
    attack: AttackSpec.omit({ target: true }),
    /** Share of each batch that is replaced by adversarial examples. */
    share: z.number().min(0).max(1).default(1),
    /** Epsilon grows linearly from 0 over so many epochs. */
    warmupEpochs: z.number().min(0).default(0),
  }),
  z.strictObject({
    kind: z.literal('free'),
    /** linf budget in the units of the pixels. */
    epsilon: z.number().min(0),
    /** Times each batch is replayed (m in Shafahi et al. 2019). */
    replays: count.default(4),
  }),
]);
export type TrainerSpec = z.infer<typeof TrainerSpec>;

export const ScheduleSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  /** Multiplies the learning rate by `factor` at the start of each listed epoch (1-based). */
  z.strictObject({ kind: z.literal('step'), epochs: z.array(count).min(1), factor: z.number().positive() }),
  /** Half a cosine from the learning rate down to `floor` times it, over all epochs. */
  z.strictObject({ kind: z.literal('cosine'), floor: z.number().min(0).max(1).default(0) }),
]);
export type ScheduleSpec = z.infer<typeof ScheduleSpec>;

export const AugmentSpec = z.strictObject({
  /** Largest shift in either direction as a share of width and height; uncovered pixels repeat the edge. */
  shift: z.number().min(0).max(0.5).default(0),
  /** Mirror left and right with probability one half. */
  flip: z.boolean().default(false),
});
export type AugmentSpec = z.infer<typeof AugmentSpec>;

export const EarlyStopSpec = z.strictObject({
  /** A number of `EpochMetrics`, by path: `cleanAccuracy`, `loss.crossEntropy`. An epoch that did not measure it does not count. */
  metric: z.string().min(1),
  mode: z.enum(['min', 'max']),
  /** Stop after so many epochs without improvement. */
  patience: count,
  minDelta: z.number().min(0).default(0),
});
export type EarlyStopSpec = z.infer<typeof EarlyStopSpec>;

export const TrainingSpec = z.strictObject({
  trainer: TrainerSpec.default({ kind: 'standard' }),
  loss: PluginUse.default({ plugin: 'cross-entropy', options: {} }),
  optimizer: OptimizerSpec.default({ kind: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }),
  schedule: ScheduleSpec.default({ kind: 'constant' }),
  augment: AugmentSpec.default({ shift: 0, flip: false }),
  earlyStop: EarlyStopSpec.optional(),
  epochs: count,
  batchSize: count.default(64),
});
export type TrainingSpec = z.infer<typeof TrainingSpec>;

/** Random noise added once to each image: l2 Gaussian of length epsilon, linf uniform, then clipped to the bounds. */
export const NoiseSpec = z.strictObject({ norm: Norm.default('linf'), epsilon: z.number().min(0) });
export type NoiseSpec = z.infer<typeof NoiseSpec>;

export const EvaluationSpec = z.strictObject({
  attacks: z.array(AttackSpec).default([]),
  /** Measure accuracy under each of these after every epoch and at the end. */
  noise: z.array(NoiseSpec).default([]),
  /** How entropies are read, independent of the loss. */
  entropy: EntropyReading.prefault({}),
  /** Attack, and add noise to, the first n test examples. Default: all of `dataset.testLimit`. */
  examples: count.optional(),
  /** Also attack after every n-th epoch, on the same examples. 0: only at the end. */
  everyEpochs: z.int().min(0).default(0),
  batchSize: count.default(250),
  limits: LimitsSpec.optional(),
  /** Keep the first n attacked images beside their adversarial twins, for people to look at. Default: 16. */
  keepImages: z.int().min(0).max(1000).optional(),
  /** Whether the robustness of the final network is real. Default: not asked. */
  audit: AuditSpec.optional(),
});
export type EvaluationSpec = z.infer<typeof EvaluationSpec>;

export const DeviceKind = z.enum(['cpu', 'gpu']);
export type DeviceKind = z.infer<typeof DeviceKind>;

/** What a worker must have, besides the plugins, data sets and networks that the spec names. */
export const Requirements = z.strictObject({
  /** What computes: the processor, or a graphics card. Default: either. */
  device: DeviceKind.optional(),
  /** Memory of that device, at least. Default: any. */
  memoryGiB: z.int().min(1).max(1024).optional(),
});
export type Requirements = z.infer<typeof Requirements>;

/** A user's request, whole: what to train on what, and how to attack it. The same spec gives the same result. */
export const RunSpec = z
  .strictObject({
    name: z.string().max(200).optional(),
    /** One seed determines everything: initial weights, shuffles, random starts, noise. */
    seed: z.int().min(0).max(0xffff_ffff).default(0),
    /** Only workers of this pool compute it. */
    pool: PoolName.default('default'),
    /** Higher goes first; among equals, first come. */
    priority: z.int().min(-100).max(100).default(0),
    /** Workers that lack it never get the run. Default: nothing. */
    requires: Requirements.optional(),
    dataset: DatasetSpec,
    model: ModelSpec,
    /** Absent: only evaluate the weights of `model.fromRun`, or those that come with the architecture. */
    training: TrainingSpec.optional(),
    evaluation: EvaluationSpec.prefault({}),
  })
  .superRefine(({ training, evaluation }, context) => {
    const metric = training?.earlyStop?.metric;
    const problem = metric === undefined ? undefined : unwatchable(metric, evaluation);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['training', 'earlyStop', 'metric'], message: problem, input: metric });
  });
export type RunSpec = z.infer<typeof RunSpec>;
export type RunSpecInput = z.input<typeof RunSpec>;

/** @throws LabError INVALID_INPUT with the path of the field. */
export function parseRunSpec(value: unknown): RunSpec {
  return parse(RunSpec, value, 'run spec');
}
