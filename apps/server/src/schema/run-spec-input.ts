import { BatteryEnum } from './audit.ts';
import { builder } from './builder.ts';
import { DeviceKindEnum, NormEnum, ShownEnum, TargetEnum } from './enums.ts';

/*
 * The input has the very shape of a RunSpec document: unions are told apart by `kind`, as there. So a spec file is a
 * variable without any translation, the path in an error is the path in what the client sent, and one parser (that of
 * the protocol) judges what belongs to which kind. GraphQL's @oneOf would make a second shape of every union, with
 * other paths, and a translation between the two.
 */

const json = 'JSON' as const;

const DatasetSpecInput = builder.inputType('DatasetSpecInput', {
  description: 'What to train and attack on.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of a data set: see `datasets`.' }),
    options: t.field({ type: json, description: "Options by the data set's schema. Default: its defaults." }),
    trainLimit: t.int({ description: 'Use the first n training examples in file order, at least 1. Default: all.' }),
    testLimit: t.int({ description: 'Use the first n test examples in file order, at least 1. Default: all.' }),
  }),
});

const ModelSpecInput = builder.inputType('ModelSpecInput', {
  description: 'Which network.',
  fields: (t) => ({
    architecture: t.string({ required: true, description: 'Name of an architecture: see `architectures`.' }),
    options: t.field({ type: json, description: "Options by the architecture's schema. Default: its defaults, or those of `fromRun`." }),
    fromRun: t.string({ description: 'Start from the final weights of this run, which has succeeded with the same architecture. Default: random weights.' }),
    logitScale: t.float({ description: 'Multiplies the logits, above 0: the same answers, and in float32 gradients that vanish; a control. Default 1.' }),
  }),
});

const PluginUseInput = builder.inputType('PluginUseInput', {
  description: 'A plugin and its options.',
  fields: (t) => ({
    plugin: t.string({ required: true, description: 'Name of a plugin: see `plugins`.' }),
    options: t.field({ type: json, description: "Options by the plugin's schema. Default: its defaults." }),
  }),
});

const AttackSpecInput = builder.inputType('AttackSpecInput', {
  description: 'An attack and its threat model.',
  fields: (t) => ({
    plugin: t.string({ required: true, description: 'Name of an attack plugin.' }),
    norm: t.field({ type: NormEnum, description: 'Default `linf`.' }),
    epsilon: t.float({ required: true, description: 'Perturbation budget in the units of the pixels, at least 0.' }),
    preset: t.string({ description: 'Named options of the plugin, such as `foolbox`; `options` go on top.' }),
    options: t.field({ type: json, description: "Options by the plugin's schema. Default: its defaults." }),
    shown: t.field({ type: ShownEnum, description: 'What the attack takes for the logits. Default `logits`.' }),
    target: t.field({ type: TargetEnum, description: 'Which class to reach; not for training. Default: any wrong one.' }),
  }),
});

const TrainerSpecInput = builder.inputType('TrainerSpecInput', {
  description: 'How examples become updates. Which fields may be given depends on `kind`.',
  fields: (t) => ({
    kind: t.field({ type: builder.enumType('TrainerKind', {
      description: 'Which trainer.',
      values: {
        standard: { description: 'On the examples as they are.' },
        adversarial: { description: 'On adversarial examples (Madry et al. 2018).' },
        free: { description: 'Free adversarial training (Shafahi et al. 2019).' },
      } as const,
    }), required: true, description: 'Which trainer.' }),
    attack: t.field({ type: AttackSpecInput, description: '`adversarial`, required: what perturbs the examples.' }),
    share: t.float({ description: '`adversarial`: share of each batch that is perturbed, 0 to 1. Default 1.' }),
    warmupEpochs: t.float({ description: '`adversarial`: epsilon grows linearly from 0 over so many epochs. Default 0.' }),
    epsilon: t.float({ description: '`free`, required: linf budget in the units of the pixels, at least 0.' }),
    replays: t.int({ description: '`free`: times each batch is replayed, at least 1. Default 4.' }),
  }),
});

const OptimizerSpecInput = builder.inputType('OptimizerSpecInput', {
  description: 'How gradients become steps. Which fields may be given depends on `kind`.',
  fields: (t) => ({
    kind: t.field({ type: builder.enumType('OptimizerKind', { description: 'Which optimizer.', values: {
      adam: { description: 'Kingma and Ba 2015.' },
      rmsprop: { description: 'Tieleman and Hinton 2012.' },
      sgd: { description: 'Gradient descent with momentum.' },
    } as const }), required: true, description: 'Which optimizer.' }),
    learningRate: t.float({ description: 'Above 0. Default 0.001.' }),
    beta1: t.float({ description: '`adam`: 0 to below 1. Default 0.9.' }),
    beta2: t.float({ description: '`adam`: 0 to below 1. Default 0.999.' }),
    decay: t.float({ description: '`rmsprop`: 0 to below 1. Default 0.9.' }),
    momentum: t.float({ description: '`sgd`: 0 to below 1. Default 0.' }),
    epsilon: t.float({ description: '`adam`, `rmsprop`: above 0. Default 1e-7.' }),
  }),
});

const ScheduleSpecInput = builder.inputType('ScheduleSpecInput', {
  description: 'How the learning rate changes. Which fields may be given depends on `kind`.',
  fields: (t) => ({
    kind: t.field({ type: builder.enumType('ScheduleKind', { description: 'Which schedule.', values: {
      constant: { description: 'It stays.' },
      step: { description: 'Multiplied by `factor` at the start of each listed epoch.' },
      cosine: { description: 'Half a cosine from the learning rate down to `floor` times it.' },
    } as const }), required: true, description: 'Which schedule.' }),
    epochs: t.intList({ description: '`step`, required: epochs from 1.' }),
    factor: t.float({ description: '`step`, required: above 0.' }),
    floor: t.float({ description: '`cosine`: 0 to 1. Default 0.' }),
  }),
});

const AugmentSpecInput = builder.inputType('AugmentSpecInput', {
  description: 'How training images are varied.',
  fields: (t) => ({
    shift: t.float({ description: 'Largest shift in either direction as a share of width and height, 0 to 0.5. Default 0.' }),
    flip: t.boolean({ description: 'Mirror left and right with probability one half. Default false.' }),
  }),
});

const EarlyStopSpecInput = builder.inputType('EarlyStopSpecInput', {
  description: 'When to stop before the last epoch.',
  fields: (t) => ({
    metric: t.string({ required: true, description: 'A number of an epoch, by path: `cleanAccuracy`, `loss.crossEntropy`, `entropies.entropyFlow`, `diagnosis.medianLogitMargin`, `noise.0.accuracy`, `attacks.0.robustAccuracy`.' }),
    mode: t.field({ type: builder.enumType('EarlyStopMode', { description: 'What is better.', values: { min: { description: 'Less.' }, max: { description: 'More.' } } as const }), required: true, description: 'What is better.' }),
    patience: t.int({ required: true, description: 'Stop after so many epochs without improvement, at least 1.' }),
    minDelta: t.float({ description: 'Smallest change that counts as one, at least 0. Default 0.' }),
  }),
});

const TrainingSpecInput = builder.inputType('TrainingSpecInput', {
  description: 'How to train.',
  fields: (t) => ({
    trainer: t.field({ type: TrainerSpecInput, description: 'Default: `standard`.' }),
    loss: t.field({ type: PluginUseInput, description: 'Default: `cross-entropy`.' }),
    optimizer: t.field({ type: OptimizerSpecInput, description: 'Default: `adam`.' }),
    schedule: t.field({ type: ScheduleSpecInput, description: 'Default: `constant`.' }),
    augment: t.field({ type: AugmentSpecInput, description: 'Default: none.' }),
    earlyStop: t.field({ type: EarlyStopSpecInput, description: 'Default: train all epochs.' }),
    epochs: t.int({ required: true, description: 'Passes over the training examples, at least 1.' }),
    batchSize: t.int({ description: 'Examples a step, at least 1. Default 64.' }),
  }),
});

const LimitsSpecInput = builder.inputType('LimitsSpecInput', {
  description: 'What each attack may use. An example it has not decided by then is `outOfBudget`.',
  fields: (t) => ({
    seconds: t.float({ description: 'Wall time of one attack on all examples, above 0. Default: no limit.' }),
    forwardCalls: t.int({ description: 'Calls of the network per example, at least 1. Default: no limit.' }),
    backwardCalls: t.int({ description: 'Gradients of the network per example, at least 1. Default: no limit.' }),
  }),
});

const AuditSpecInput = builder.inputType('AuditSpecInput', {
  description: 'An audit of the final network: whether its robustness is real.',
  fields: (t) => ({
    norm: t.field({ type: NormEnum, description: 'Norm of the budget. Default: `linf`.' }),
    epsilon: t.float({ required: true, description: 'Budget in the units of the pixels, above 0.' }),
    battery: t.field({ type: BatteryEnum, description: 'How much work. Default: `standard`.' }),
    examples: t.int({ description: 'Audit the first n test examples, at least 1. Default: as many as the attacks.' }),
    limits: t.field({ type: LimitsSpecInput, description: 'Of the whole audit. Lines that do not fit are not run, and the verdict says so. Default: no limit.' }),
    originalRun: t.string({ description: 'Run whose final weights are the original, from which attacks are transferred. Default: `model.fromRun` of a run that trains.' }),
  }),
});

const NoiseSpecInput = builder.inputType('NoiseSpecInput', {
  description: 'Random noise added once to each image: l2 Gaussian of length epsilon, linf uniform, then clipped to the bounds.',
  fields: (t) => ({
    norm: t.field({ type: NormEnum, description: 'Default `linf`.' }),
    epsilon: t.float({ required: true, description: 'In the units of the pixels, at least 0.' }),
  }),
});

const EntropyReadingInput = builder.inputType('EntropyReadingInput', {
  description: 'How the entropy of a network is read: what Sperl and Boettinger 2020 leave open. The defaults are the reading under which their numbers come out.',
  fields: (t) => ({
    layers: t.field({ type: json, description: 'Which layers count: `activations` (outputs after an activation function, and the softmax output), `all`, `without-output`, `logits-last`, or a list of names. Default `activations`.' }),
    nonPositive: t.string({ description: 'Values of zero and less: `zero` counts 0, `clip` raises to clipAt, `clip-to-one` clips to clipAt ... 1, `absolute` is -h log|h|. Default `zero`.' }),
    clipAt: t.float({ description: 'Smallest value under `clip` and `clip-to-one`, above 0 to 0.1. Default 1e-7.' }),
    logarithm: t.string({ description: '`natural` or `base-2`. Default `natural`.' }),
    countInput: t.boolean({ description: 'Whether the input image is h_1. Default false.' }),
    normalize: t.boolean({ description: "Whether each layer's values above zero are divided by their sum. Default false." }),
  }),
});

const EvaluationSpecInput = builder.inputType('EvaluationSpecInput', {
  description: 'How to attack the network.',
  fields: (t) => ({
    attacks: t.field({ type: [AttackSpecInput], description: 'Default: none.' }),
    noise: t.field({ type: [NoiseSpecInput], description: 'Measure accuracy under each of these after every epoch and at the end. Default: none.' }),
    entropy: t.field({ type: EntropyReadingInput, description: 'How entropies are read, independent of the loss. Default: the default of each option.' }),
    examples: t.int({ description: 'Attack, and add noise to, the first n test examples, at least 1. Default: all that are used.' }),
    everyEpochs: t.int({ description: 'Also attack after every n-th epoch, on the same examples. Default 0: only at the end.' }),
    batchSize: t.int({ description: 'Examples a call, at least 1. Default 250.' }),
    limits: t.field({ type: LimitsSpecInput, description: 'What each attack may use. Default: no limit.' }),
    keepImages: t.int({ description: 'Keep the first n attacked images beside their adversarial twins as an artifact, for people to look at, 0 to 1000. Default 16.' }),
    audit: t.field({ type: AuditSpecInput, description: 'Whether the robustness of the final network is real. Default: not asked.' }),
  }),
});

const RequirementsInput = builder.inputType('RequirementsInput', {
  description: 'What a worker must have, besides the plugins, data sets and networks that the spec names.',
  fields: (t) => ({
    device: t.field({ type: DeviceKindEnum, description: 'What computes. Default: either.' }),
    memoryGiB: t.int({ description: 'Memory of that device in GiB, at least; 1 to 1024. Default: any.' }),
  }),
});

export const RunSpecInput = builder.inputType('RunSpecInput', {
  description: "A user's request, whole: what to train on what, and how to attack it. A spec document is a value of this type as it stands.",
  fields: (t) => ({
    name: t.string({ description: 'For people, up to 200 signs.' }),
    seed: t.field({ type: 'SafeInt', description: 'Determines everything random, 0 to 4294967295. Default 0.' }),
    pool: t.string({ description: 'Only workers of this pool compute it. Default `default`.' }),
    priority: t.int({ description: 'Higher goes first, -100 to 100. Default 0.' }),
    requires: t.field({ type: RequirementsInput, description: 'Workers that lack it never get the run. Default: nothing.' }),
    dataset: t.field({ type: DatasetSpecInput, required: true, description: 'What to train and attack on.' }),
    model: t.field({ type: ModelSpecInput, required: true, description: 'Which network.' }),
    training: t.field({ type: TrainingSpecInput, description: 'How to train. Absent: only evaluate the weights of `model.fromRun`, or those that come with the architecture.' }),
    evaluation: t.field({ type: EvaluationSpecInput, description: 'How to attack the network. Default: not at all.' }),
  }),
});
