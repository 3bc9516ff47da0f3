import type { ExampleSet } from '@entropic-lab/datasets';
import type { AttackLimits, Attackable, Calls } from '@entropic-lab/plugin-sdk/host';
import type { Battery, Finding, Measured, ThreatModel } from '@entropic-lab/protocol';
import type { Rng } from '@entropic-lab/tensor';
import type { AttackJob } from '../attack-job.ts';
import type { Measurement } from '../predict.ts';
import type { AuditRecord, CompletedLine } from './record.ts';
import type { Scale } from './scale.ts';

/** What to audit, and what to audit it with. */
export interface AuditJob extends Measurement {
  readonly threat: ThreatModel;
  readonly battery: Battery;
  /** Determines everything random in the audit. */
  readonly seed: number;
  /** The attack of that name in the catalogue; undefined where there is none. */
  attackNamed(name: string): AttackJob['attack'] | undefined;
  /** The network before it was made robust, from which attacks are transferred. */
  readonly original?: Attackable | undefined;
  /** Images on which a surrogate learns the network's answers; none of those under audit. Their labels are not used. */
  readonly surrogateImages?: ExampleSet | undefined;
  /** Of the whole audit: seconds, and calls per example summed over the lines. Lines that do not fit are not run. */
  readonly limits?: AttackLimits | undefined;
  /** Lines that an earlier, interrupted audit of the same completed: they are taken over. */
  readonly resumeFrom?: AuditRecord | undefined;
}

/** What a line gets to work with. */
export interface LineContext {
  readonly job: AuditJob;
  readonly scale: Scale;
  /** Of this line alone. */
  readonly rng: Rng;
  /** Answers on the clean set. */
  readonly clean: Int32Array;
  /** Places of the correctly classified examples, and the first `scale.sample` of them. */
  readonly correct: Int32Array;
  readonly sample: Int32Array;
  /** What is left of the audit's limits. */
  readonly limits: AttackLimits | undefined;
  /** An earlier line. */
  earlier(id: string): CompletedLine | undefined;
}

/** What a line found; `found`: places of the adversarial examples within the threat model, where it attacks in it. */
export interface LineOutcome {
  readonly finding: Finding;
  readonly text: string;
  readonly measured?: readonly Measured[];
  readonly examples: number;
  readonly found?: readonly number[] | undefined;
  /** Per example it looked at. */
  readonly calls?: Calls;
}

/** A check: a row of the battery. */
export interface BatteryLine {
  readonly id: string;
  readonly title: string;
  /** What it measures, its threshold with the reason, and where it is from: the row in docs/audit.md. */
  readonly measures: string;
  readonly threshold: string;
  readonly reference: string;
  /** On all correctly classified examples, on the sample of them, or on nothing new. */
  readonly on: 'all' | 'sample' | 'nothing';
  /** Calls of the network per example, a gradient counted as two; for the time left. */
  cost(scale: Scale): number;
  /** Yields the share of its work that is done, from 0 to 1. */
  run(context: LineContext): AsyncGenerator<number, LineOutcome, undefined>;
}

export function notRun(text: string): LineOutcome {
  return { finding: 'notRun', text, examples: 0 };
}

