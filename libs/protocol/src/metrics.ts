import { z } from 'zod';
import { AuditResult } from './audit.ts';
import { Norm } from './threat-model.ts';
import { Options, Shown, Target } from './run-spec.ts';

const natural = z.int().min(0);
const rate = z.number().min(0).max(1);

/** Entropies of a network over a set, means of examples, under the reading that the run asked for (`evaluation.entropy`). */
export const Entropies = z.strictObject({
  /** E(h_i), equation (6) of Sperl and Boettinger, in the order of the layers. */
  layers: z.array(z.strictObject({ name: z.string(), neurons: z.int().min(1), entropy: z.number() })),
  /** E_N, equation (7). */
  networkEntropy: z.number(),
  /** E_T, equation (8). */
  entropyFlow: z.number(),
});
export type Entropies = z.infer<typeof Entropies>;

/** What became of one example. No image stands for a failed search. */
export const Outcome = z.enum(['found', 'notFound', 'error', 'outOfBudget', 'skippedMisclassified']);
export type Outcome = z.infer<typeof Outcome>;

/** What one member of an attack made of others came to, judged by the host. */
export const AttackMember = z.strictObject({
  plugin: z.string(),
  version: z.string(),
  /** As used: preset and defaults filled in. */
  options: Options,
  /** Examples it tried. */
  examples: natural,
  /** Examples for which it found a success within the threat model. */
  found: natural,
  /** Examples for which it gave no image: it threw, or gave pixels that are no numbers. */
  failed: natural,
  /** Calls of the network per example it tried, forward and backward. */
  forwardCalls: z.number().min(0),
  backwardCalls: z.number().min(0),
  seconds: z.number().min(0),
});
export type AttackMember = z.infer<typeof AttackMember>;

/** One attack on one set of examples, checked by the host and not by the attack. */
export const AttackResult = z.strictObject({
  plugin: z.string(),
  version: z.string(),
  /** SHA-256 of the plugin's code. */
  hash: z.string(),
  norm: Norm,
  epsilon: z.number().min(0),
  /** As used: preset and defaults filled in. */
  options: Options,
  /** What the attack took for the logits; images are judged on the network as it is. */
  shown: Shown.default('logits'),
  /** Of a targeted attack; found is then only what is taken for that class. */
  target: Target.optional(),
  /** Examples in the set. */
  examples: natural,
  outcomes: z.strictObject({
    found: natural,
    notFound: natural,
    error: natural,
    outOfBudget: natural,
    skippedMisclassified: natural,
  }),
  /** found / examples classified correctly before the attack; 0 of 0 is recorded as null. */
  attackSuccessRate: rate.nullable(),
  /** 95 % Wilson interval of `attackSuccessRate`. */
  attackSuccessInterval: z.tuple([rate, rate]).nullable(),
  /** Examples still classified correctly after the attack / all examples. Errors and exhausted budgets do not count as robust. */
  robustAccuracy: rate,
  /** Median distance in `norm` of the adversarial examples found. */
  medianDistance: z.number().min(0).nullable(),
  /** Per example, in the order of the set. */
  perExample: z.strictObject({
    label: z.array(natural),
    cleanPrediction: z.array(natural),
    prediction: z.array(natural.nullable()),
    outcome: z.array(Outcome),
    distance: z.array(z.number().min(0).nullable()),
    /** Place in `members` of the one that found it. Absent where the attack is not made of others. */
    foundBy: z.array(natural.nullable()).optional(),
  }),
  /** The attacks it is made of, in the order in which they ran. Absent where it is made of none. */
  members: z.array(AttackMember).optional(),
  /** Calls of the network per attacked example, forward and backward. */
  forwardCalls: z.number().min(0),
  backwardCalls: z.number().min(0),
  seconds: z.number().min(0),
  /** What an attack said when it failed, once each. */
  messages: z.array(z.string()),
});
export type AttackResult = z.infer<typeof AttackResult>;

/** What tells a hidden gradient from robustness; `science.md` calls these the diagnosis columns. */
export const Diagnosis = z.strictObject({
  /** Median over examples of (largest logit - second largest). */
  medianLogitMargin: z.number(),
  /** Share of examples whose float32 input gradient of the cross-entropy is zero in every pixel. */
  zeroGradientShare: rate,
  /** Share of examples whose largest softmax output is exactly 1 in float32. */
  saturatedShare: rate,
});
export type Diagnosis = z.infer<typeof Diagnosis>;

/** Accuracy where each image has random noise added once. */
export const NoiseAccuracy = z.strictObject({
  norm: Norm,
  epsilon: z.number().min(0),
  /** Share of `examples` classified correctly under the noise, whatever the answer was without. */
  accuracy: rate,
  /** Test examples that were used: the first so many. */
  examples: natural,
});
export type NoiseAccuracy = z.infer<typeof NoiseAccuracy>;

/** The result of one epoch, without ids and clock. */
export const EpochMetrics = z.strictObject({
  /** From 1. */
  epoch: z.int().min(1),
  /** Optimizer steps taken in this epoch. */
  steps: natural,
  /** Mean over the epoch's steps of the total and of each term of the loss. */
  loss: z.record(z.string(), z.number()),
  learningRate: z.number(),
  /** Share of all test examples classified correctly. */
  cleanAccuracy: rate,
  testExamples: natural,
  entropies: Entropies,
  diagnosis: Diagnosis,
  /** In the order of `evaluation.noise`. */
  noise: z.array(NoiseAccuracy).optional(),
  attacks: z.array(AttackResult),
  trainSeconds: z.number().min(0),
  evaluationSeconds: z.number().min(0),
});
export type EpochMetrics = z.infer<typeof EpochMetrics>;

/** The final state of a network, measured once: before any training where there is none. */
export const FinalEvaluation = z.strictObject({
  cleanAccuracy: rate,
  testExamples: natural,
  entropies: Entropies,
  diagnosis: Diagnosis,
  /** In the order of `evaluation.noise`. */
  noise: z.array(NoiseAccuracy).optional(),
  attacks: z.array(AttackResult),
  /** Absent where the run did not ask for one. */
  audit: AuditResult.optional(),
});
export type FinalEvaluation = z.infer<typeof FinalEvaluation>;
