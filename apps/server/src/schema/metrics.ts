import type { AttackMember, AttackResult, Diagnosis, Entropies, EpochMetrics, FinalEvaluation, NoiseAccuracy } from '@entropic-lab/protocol';
import { AuditResultObject } from './audit.ts';
import { builder } from './builder.ts';
import { NormEnum, ShownEnum, TargetEnum } from './enums.ts';
import { PerExampleObject } from './per-example.ts';

const LayerEntropyObject = builder.objectRef<Entropies['layers'][number]>('LayerEntropy').implement({
  description: 'Entropy of one layer.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the layer.' }),
    neurons: t.exposeInt('neurons', { description: 'N_i, number of its neurons.' }),
    entropy: t.exposeFloat('entropy', { description: 'E(h_i), equation (6) of Sperl and Boettinger 2020: sum over the neurons, mean of examples, in nats (bits where the logarithms have base 2), under the reading in `evaluation.entropy` of the spec of the run.' }),
  }),
});

const EntropiesObject = builder.objectRef<Entropies>('Entropies').implement({
  description: 'Entropies of a network over the test examples.',
  fields: (t) => ({
    layers: t.expose('layers', { type: [LayerEntropyObject], description: 'In the order of the network.' }),
    networkEntropy: t.exposeFloat('networkEntropy', { description: 'E_N, equation (7): mean over layers of E(h_i) / neurons, in nats per neuron; in bits where the reading has base-2 logarithms.' }),
    entropyFlow: t.exposeFloat('entropyFlow', { description: 'E_T, equation (8): (E(h_i) of the first layer - E(h_i) of the last) / (layers - 1), in nats; in bits where the reading has base-2 logarithms.' }),
  }),
});

const DiagnosisObject = builder.objectRef<Diagnosis>('Diagnosis').implement({
  description: 'What tells a hidden gradient from robustness.',
  fields: (t) => ({
    medianLogitMargin: t.exposeFloat('medianLogitMargin', { description: 'Median over examples of the largest logit minus the second largest.' }),
    zeroGradientShare: t.exposeFloat('zeroGradientShare', { description: 'Share of examples whose float32 input gradient is zero in every pixel.' }),
    saturatedShare: t.exposeFloat('saturatedShare', { description: 'Share of examples whose largest softmax output is exactly 1 in float32.' }),
  }),
});

const NoiseAccuracyObject = builder.objectRef<NoiseAccuracy>('NoiseAccuracy').implement({
  description: 'Accuracy where each image has random noise added once: l2 Gaussian of length epsilon, linf uniform, then clipped to the bounds.',
  fields: (t) => ({
    norm: t.expose('norm', { type: NormEnum, description: 'Norm of the noise.' }),
    epsilon: t.exposeFloat('epsilon', { description: 'Its length in the units of the pixels.' }),
    accuracy: t.exposeFloat('accuracy', { description: 'Share of `examples` classified correctly under the noise, whatever the answer was without.' }),
    examples: t.exposeInt('examples', { description: 'Test examples that were used: the first so many.' }),
  }),
});

export const OutcomeCountsObject = builder.objectRef<AttackResult['outcomes']>('OutcomeCounts').implement({
  description: 'Number of examples by outcome.',
  fields: (t) => ({
    found: t.exposeInt('found', { description: 'Examples for which an adversarial one was found.' }),
    notFound: t.exposeInt('notFound', { description: 'Examples for which none was found.' }),
    error: t.exposeInt('error', { description: 'Examples on which the attack threw.' }),
    outOfBudget: t.exposeInt('outOfBudget', { description: 'Examples at which a limit was reached.' }),
    skippedMisclassified: t.exposeInt('skippedMisclassified', { description: 'Examples that were misclassified already.' }),
  }),
});

const AttackMemberObject = builder.objectRef<AttackMember>('AttackMember').implement({
  description: 'What one member of an attack made of others came to, judged by the lab.',
  fields: (t) => ({
    plugin: t.exposeString('plugin', { description: 'Name of the plugin.' }),
    version: t.exposeString('version', { description: 'Version of the plugin; the hash of the whole attack covers its code.' }),
    options: t.field({ type: 'JSON', resolve: ({ options }) => options, description: 'As used: preset and defaults filled in.' }),
    examples: t.exposeInt('examples', { description: 'Examples it tried: those that nobody before it had found.' }),
    found: t.exposeInt('found', { description: 'Examples for which it found a success within the threat model.' }),
    failed: t.exposeInt('failed', { description: 'Examples for which it threw, or gave pixels that are no numbers.' }),
    forwardCalls: t.exposeFloat('forwardCalls', { description: 'Forward passes per example it tried.' }),
    backwardCalls: t.exposeFloat('backwardCalls', { description: 'Backward passes per example it tried.' }),
    seconds: t.exposeFloat('seconds', { description: 'Time it took, in seconds.' }),
  }),
});

export const AttackResultObject = builder.objectRef<AttackResult>('AttackResult').implement({
  description: 'One attack on one set of examples, checked by the lab and not by the attack.',
  fields: (t) => ({
    plugin: t.exposeString('plugin', { description: 'Name of the plugin.' }),
    version: t.exposeString('version', { description: 'Version of the plugin.' }),
    hash: t.exposeString('hash', { description: "SHA-256 of the plugin's code." }),
    norm: t.expose('norm', { type: NormEnum, description: 'Norm of the budget.' }),
    epsilon: t.exposeFloat('epsilon', { description: 'Budget in the units of the pixels.' }),
    options: t.field({ type: 'JSON', resolve: ({ options }) => options, description: 'As used: preset and defaults filled in.' }),
    shown: t.field({ type: ShownEnum, resolve: (result) => (result as Partial<AttackResult>).shown ?? 'logits', description: 'What the attack took for the logits; images are judged on the network as it is.' }),
    target: t.field({ type: TargetEnum, nullable: true, resolve: ({ target }) => target ?? null, description: 'Which class the attack was to reach; only that counts as found. Null: any wrong one.' }),
    examples: t.exposeInt('examples', { description: 'Examples in the set.' }),
    outcomes: t.expose('outcomes', { type: OutcomeCountsObject, description: 'What became of them.' }),
    attackSuccessRate: t.exposeFloat('attackSuccessRate', { nullable: true, description: 'Found / examples that were classified correctly before; null where none was.' }),
    attackSuccessInterval: t.expose('attackSuccessInterval', { type: ['Float'], nullable: true, description: '95 % Wilson interval of that share: low, high, 0 to 1.' }),
    robustAccuracy: t.exposeFloat('robustAccuracy', { description: 'Examples still classified correctly / all examples. Errors and exhausted budgets do not count as robust.' }),
    medianDistance: t.exposeFloat('medianDistance', { nullable: true, description: 'Median distance in the norm of the examples found, in the units of the pixels.' }),
    perExample: t.expose('perExample', { type: PerExampleObject, description: 'Example by example.' }),
    members: t.expose('members', { type: [AttackMemberObject], nullable: true, description: 'The attacks it is made of, in the order in which they ran; null where it is made of none.' }),
    forwardCalls: t.exposeFloat('forwardCalls', { description: 'Forward passes per attacked example.' }),
    backwardCalls: t.exposeFloat('backwardCalls', { description: 'Backward passes per attacked example.' }),
    seconds: t.exposeFloat('seconds', { description: 'Time it took, in seconds.' }),
    messages: t.exposeStringList('messages', { description: 'What the attack said when it failed, once each.' }),
  }),
});

interface LossTerm {
  readonly name: string;
  readonly value: number;
}

const LossTermObject = builder.objectRef<LossTerm>('LossTerm').implement({
  description: 'The loss or a term of it.',
  fields: (t) => ({
    name: t.exposeString('name', { description: '`total`, or the name of the term.' }),
    value: t.exposeFloat('value', { description: 'Mean over the steps of the epoch.' }),
  }),
});

export const EpochMetricsObject = builder.objectRef<EpochMetrics>('EpochMetrics').implement({
  description: 'The result of one epoch.',
  fields: (t) => ({
    epoch: t.exposeInt('epoch', { description: 'From 1.' }),
    steps: t.exposeInt('steps', { description: 'Optimizer steps taken in it.' }),
    loss: t.field({ type: [LossTermObject], resolve: ({ loss }) => Object.entries(loss).map(([name, value]) => ({ name, value })), description: 'The loss and its terms.' }),
    learningRate: t.exposeFloat('learningRate', { description: 'In this epoch.' }),
    cleanAccuracy: t.exposeFloat('cleanAccuracy', { description: 'Share of all test examples classified correctly.' }),
    testExamples: t.exposeInt('testExamples', { description: 'Test examples.' }),
    entropies: t.expose('entropies', { type: EntropiesObject, description: 'Entropies after the epoch.' }),
    diagnosis: t.expose('diagnosis', { type: DiagnosisObject, description: 'Whether robustness would be real.' }),
    noise: t.field({ type: [NoiseAccuracyObject], resolve: ({ noise }) => [...(noise ?? [])], description: 'Accuracy under the noise that the run asked for, in that order.' }),
    attacks: t.expose('attacks', { type: [AttackResultObject], description: 'Attacks after the epoch, if the run asked for them.' }),
    trainSeconds: t.exposeFloat('trainSeconds', { description: 'Time of training, in seconds.' }),
    evaluationSeconds: t.exposeFloat('evaluationSeconds', { description: 'Time of measuring, in seconds.' }),
  }),
});

export const FinalEvaluationObject = builder.objectRef<FinalEvaluation>('FinalEvaluation').implement({
  description: 'The final state of a network.',
  fields: (t) => ({
    cleanAccuracy: t.exposeFloat('cleanAccuracy', { description: 'Share of all test examples classified correctly.' }),
    testExamples: t.exposeInt('testExamples', { description: 'Test examples.' }),
    entropies: t.expose('entropies', { type: EntropiesObject, description: 'Entropies over them.' }),
    diagnosis: t.expose('diagnosis', { type: DiagnosisObject, description: 'Whether robustness would be real.' }),
    noise: t.field({ type: [NoiseAccuracyObject], resolve: ({ noise }) => [...(noise ?? [])], description: 'Accuracy under the noise that the run asked for, in that order.' }),
    attacks: t.expose('attacks', { type: [AttackResultObject], description: 'The attacks that the run asked for.' }),
    audit: t.expose('audit', { type: AuditResultObject, nullable: true, description: 'Whether the robustness is real; null where the run did not ask.' }),
  }),
});
