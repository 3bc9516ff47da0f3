import { z } from 'zod';
import { LimitsSpec } from './limits.ts';
import { Norm } from './threat-model.ts';

const natural = z.int().min(0);
const rate = z.number().min(0).max(1);

/** What an audit says of a robust accuracy, from best to worst, and what each word means. */
export const verdictMeanings = {
  reliable: 'every line of the battery ran, none found a sign against the claim: the number is what stronger attacks find, too',
  suspect: 'something is odd, or lines of the battery did not run, and nothing decides it: do not rely on the claim',
  masked: 'the claim rests on gradients that do not lead to adversarial examples; the headline robust accuracy, from attacks that do without them, is the number to use',
  broken: 'the claim is disproved: at least half of the examples it calls robust have an adversarial example in the threat model',
} as const;

export const Verdict = z.enum(Object.keys(verdictMeanings) as [VerdictName, ...VerdictName[]]);
type VerdictName = keyof typeof verdictMeanings;
export type Verdict = z.infer<typeof Verdict>;

/** How much work an audit does: numbers of steps, queries, restarts and examples. */
export const Battery = z.enum(['quick', 'standard', 'thorough']);
export type Battery = z.infer<typeof Battery>;

/** An audit of the final network. */
export const AuditSpec = z.strictObject({
  norm: Norm.default('linf'),
  /** Perturbation budget in the units of the pixels. */
  epsilon: z.number().positive(),
  battery: Battery.default('standard'),
  /** Audit the first n test examples. Default: as many as the attacks of the evaluation. */
  examples: z.int().min(1).optional(),
  /** Of the whole audit. Lines that do not fit are not run, and the verdict says so. */
  limits: LimitsSpec.optional(),
  /** Run whose final weights are the original, from which attacks are transferred. Default: `model.fromRun` of a run that trains. */
  originalRun: z.string().min(1).optional(),
});
export type AuditSpec = z.infer<typeof AuditSpec>;

/** `clear`: no sign. `concern`: odd. `alarm`: decisive by itself. `notRun`: the text says why. */
export const Finding = z.enum(['clear', 'concern', 'alarm', 'notRun']);
export type Finding = z.infer<typeof Finding>;

/** One number of a line. */
export const Measured = z.strictObject({
  name: z.string().min(1),
  /** Null where there is no number to speak of. */
  value: z.number().nullable(),
  /** `share`, `logits`, `pixels`, `examples`, `times`, `p`. */
  unit: z.string().min(1),
  /** 95 % Wilson interval of a share. */
  interval: z.tuple([rate, rate]).nullable(),
});
export type Measured = z.infer<typeof Measured>;

/** What one check of the battery found. */
export const AuditLine = z.strictObject({
  /** `zero-gradients`, `apgd-t`: a row of the battery's table. */
  id: z.string().min(1),
  title: z.string().min(1),
  finding: Finding,
  /** What was found, in a sentence with its numbers. */
  text: z.string(),
  measured: z.array(Measured),
  /** Examples it looked at; of an attack, those it attacked. */
  examples: natural,
  /** Adversarial examples within the threat model; null for a line that does not attack within it. */
  found: natural.nullable(),
  /** Calls of the network per example it looked at, forward and backward. */
  forwardCalls: z.number().min(0),
  backwardCalls: z.number().min(0),
  seconds: z.number().min(0),
});
export type AuditLine = z.infer<typeof AuditLine>;

/** A robust accuracy with both denominators. */
export const RobustShare = z.strictObject({
  /** Examples still classified correctly. */
  robust: natural,
  /** robust / all examples, and its 95 % Wilson interval. */
  ofAll: rate,
  ofAllInterval: z.tuple([rate, rate]).nullable(),
  /** robust / examples classified correctly before; null where there are none. */
  ofCorrect: rate.nullable(),
  ofCorrectInterval: z.tuple([rate, rate]).nullable(),
});
export type RobustShare = z.infer<typeof RobustShare>;

/** Whether a robust accuracy is real: the verdict, and the evidence for each line. */
export const AuditResult = z.strictObject({
  verdict: Verdict,
  /** Why, most important first; each names its lines. */
  reasons: z.array(z.string()),
  norm: Norm,
  epsilon: z.number().positive(),
  battery: Battery,
  seed: natural,
  /** Examples in the set, and those classified correctly before any attack. */
  examples: natural,
  correct: natural,
  /** Under PGD on the cross-entropy as libraries run it by default: what would be reported without an audit. */
  claim: RobustShare,
  /** Under APGD-CE, APGD-T, FAB-T and Square, each on what the ones before left: the order of AutoAttack. */
  headline: RobustShare,
  /** Where no line of the battery found anything. */
  worstCase: RobustShare,
  /** Examples that the claim calls robust and another line broke. */
  disproved: natural,
  /** McNemar's exact test of claim against worst case on the same examples, two-sided. */
  pValue: rate,
  lines: z.array(AuditLine),
  /** Per example, in the order of the set. */
  perExample: z.strictObject({
    label: z.array(natural),
    cleanPrediction: z.array(natural),
    /** The first line that broke it; null where none did or it was misclassified before. */
    brokenBy: z.array(z.string().nullable()),
  }),
  seconds: z.number().min(0),
});
export type AuditResult = z.infer<typeof AuditResult>;
