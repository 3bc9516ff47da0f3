import type { Finding } from '@entropic-lab/protocol';
import { attackSome, type AttackFindings, type AttackRun } from '../attack-run.ts';
import type { LineContext, LineOutcome } from '../line.ts';
import { findingOf, percent, quantity, share } from '../measured.ts';

/** Id of the line whose attack makes the claim. */
export const CLAIM = 'claim';

/** Of the examples that an attack got, those that the claim calls robust and the attack broke. */
export function overturnedBy(context: LineContext, { found, indices }: { found: readonly number[]; indices: Int32Array }): number[] {
  const broken = new Set(context.earlier(CLAIM)?.found);
  const attacked = new Set(indices);
  return found.filter((index) => attacked.has(index) && !broken.has(index));
}

/** Runs an attack, and says how much of the claim it overturns. */
export async function* againstClaim(context: LineContext, run: AttackRun): AsyncGenerator<number, LineOutcome, undefined> {
  return compared(context, run, yield* attackSome(context, run));
}

export function compared(context: LineContext, { indices }: AttackRun, findings: AttackFindings): LineOutcome {
  const overturned = overturnedBy(context, { ...findings, indices });
  return outcomeOf(indices, findings, {
    finding: concernAt(overturned.length, indices.length),
    text: indices.length === 0 ? 'had nothing left to attack.' : `breaks ${percent(findings.found.length, indices.length)} of the ${indices.length} examples it attacked, ${overturned.length} of which the claim calls robust.`,
    overturned: overturned.length,
  });
}

/** Odd from one example in twenty on; what it means for the claim is the verdict's to say. */
export function concernAt(count: number, of: number): Finding {
  return findingOf(count, of, { concern: 0.05, alarm: Infinity });
}

export interface Said {
  readonly finding: Finding;
  /** What follows `It `. */
  readonly text: string;
  readonly overturned: number;
}

/** The record of an attack that was judged within the threat model. */
export function outcomeOf(indices: Int32Array, { found, calls, undecided, result }: AttackFindings, { finding, text, overturned }: Said): LineOutcome {
  const trouble = undecided === 0 ? '' : ` ${undecided} examples have no result: ${result.messages.join('; ') || 'the attack failed'}.`;
  return {
    // An attack that failed must not be taken for robustness.
    finding: finding === 'clear' && undecided > 0 ? 'concern' : finding,
    text: `It ${text}${trouble}`,
    measured: [share('broken', found.length, indices.length), share('overturned', overturned, indices.length), quantity('without result', undecided, 'examples')],
    examples: indices.length,
    found,
    calls,
  };
}
