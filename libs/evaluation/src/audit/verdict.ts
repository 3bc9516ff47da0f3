import type { Finding, Verdict } from '@entropic-lab/protocol';

/** What the decision rests on: counts of examples, and what each line said. */
export interface Signs {
  /** Classified correctly before any attack. */
  readonly correct: number;
  /** Of these, robust under the claim's attack. */
  readonly claimed: number;
  /** Of these, broken by another line. */
  readonly disproved: number;
  /** McNemar's test of the claim against the worst case. */
  readonly pValue: number;
  readonly lines: readonly { readonly id: string; readonly finding: Finding }[];
}

/** Lines whose concern tells of hidden gradients rather than of too little effort. */
export const maskingLines: ReadonlySet<string> = new Set([
  'random-output', 'softmax-head', 'logit-scale', 'zero-gradients', 'gradient-agreement', 'loss-path', 'one-step', 'noise', 'largest-epsilon', 'epsilon-sweep',
  'temperature', 'self-scaled', 'margin', 'dlr', 'averaged-output', 'transfer-original', 'transfer-surrogate', 'black-box', 'decision-based',
]);

/** Lines that a verdict does without: they need something that not every audit has, or only deepen another line, or measure without judging. */
export const optionalLines: ReadonlySet<string> = new Set(['averaged-output', 'transfer-original', 'transfer-surrogate', 'adaptive-entropy', 'decision-based', 'minimal-perturbation', 'clever']);

/** A difference below 5 % of the correctly classified examples, or within chance at 5 %, does not overturn a claim. */
const MATERIAL_SHARE = 0.05;
const SIGNIFICANT = 0.05;

interface Rule {
  readonly verdict: Verdict;
  readonly holds: (signs: Signs) => boolean;
  readonly reason: (signs: Signs) => string;
}

/** From evidence to verdict: the first row that holds decides. */
export const rules: readonly Rule[] = [
  {
    verdict: 'broken',
    holds: (signs) => material(signs) && 2 * signs.disproved >= signs.claimed,
    reason: (signs) => `${overturned(signs)}, at least half of them.`,
  },
  {
    verdict: 'masked',
    holds: (signs) => withFinding(signs, 'alarm').length > 0,
    reason: () => 'Gradients do not lead to adversarial examples here.',
  },
  {
    verdict: 'masked',
    holds: (signs) => material(signs) && masking(signs).length > 0,
    reason: (signs) => `${overturned(signs)}, and gradients are hidden.`,
  },
  {
    verdict: 'suspect',
    holds: material,
    reason: (signs) => `${overturned(signs)}: the claim's attack is too weak for this network.`,
  },
  {
    verdict: 'suspect',
    holds: (signs) => withFinding(signs, 'concern').length > 0,
    reason: () => 'Nothing material is disproved, and yet something is odd.',
  },
  {
    verdict: 'suspect',
    holds: (signs) => missing(signs).length > 0,
    reason: () => 'Nothing is odd, as far as was looked.',
  },
  { verdict: 'reliable', holds: () => true, reason: () => 'No line found a sign against the claim.' },
];

/** The verdict of the first rule that holds; its reason, and the lines that have something to say. */
export function decide(signs: Signs): { verdict: Verdict; reasons: string[] } {
  const rule = rules.find(({ holds }) => holds(signs))!;
  const notes: readonly (readonly [lines: readonly string[], text: (ids: string) => string])[] = [
    [withFinding(signs, 'alarm'), (ids) => `Alarm: ${ids}.`],
    [withFinding(signs, 'concern'), (ids) => `Concern: ${ids}.`],
    [missing(signs), (ids) => `The verdict rests on fewer lines: ${ids} did not run.`],
  ];
  return { verdict: rule.verdict, reasons: [rule.reason(signs), ...notes.filter(([ids]) => ids.length > 0).map(([ids, text]) => text(ids.join(', ')))] };
}

function material({ disproved, correct, pValue }: Signs): boolean {
  return disproved > 0 && disproved >= MATERIAL_SHARE * correct && pValue < SIGNIFICANT;
}

function overturned({ disproved, claimed, pValue }: Signs): string {
  return `${disproved} of ${claimed} examples that the claim calls robust have an adversarial example in the threat model (McNemar p = ${pValue.toPrecision(2)})`;
}

function withFinding({ lines }: Signs, finding: Finding): string[] {
  return lines.filter((line) => line.finding === finding).map(({ id }) => id);
}

function masking(signs: Signs): string[] {
  return withFinding(signs, 'concern').filter((id) => maskingLines.has(id));
}

function missing(signs: Signs): string[] {
  return withFinding(signs, 'notRun').filter((id) => !optionalLines.has(id));
}
