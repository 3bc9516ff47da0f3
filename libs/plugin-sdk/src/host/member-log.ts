import type { LabError, Options } from '@entropic-lab/protocol';
import type { Calls } from './budget.ts';
import type { Proposal } from './propose.ts';

/** What a member came to on the examples of a batch that it tried. */
export interface MemberReport {
  readonly plugin: string;
  readonly version: string;
  /** As used: preset and defaults filled in. */
  readonly options: Options;
  /** Places in the batch. */
  readonly rows: readonly number[];
  /** Those of `rows` for which it found a success within the threat model. */
  readonly found: readonly number[];
  /** Those of `rows` for which it gave no image: it threw, or gave pixels that are no numbers. */
  readonly failed: readonly number[];
  /** Per example that it tried. */
  readonly calls: Calls;
  readonly seconds: number;
  /** What it said when it failed. */
  readonly message: string | undefined;
}

export interface Turn {
  readonly proposal: Proposal;
  readonly rows: readonly number[];
  readonly found: readonly boolean[];
  /** Places in `rows`. */
  readonly failed: readonly number[];
  readonly calls: Calls;
  readonly seconds: number;
  readonly error: LabError | undefined;
}

/** What the members of one attack came to on one batch, in the order in which they ran. */
export class MemberLog {
  readonly reports: MemberReport[] = [];
  readonly #tries: Int32Array;
  readonly #used: { forward: number; backward: number }[];

  constructor(batch: number) {
    this.#tries = new Int32Array(batch);
    this.#used = Array.from({ length: batch }, () => ({ forward: 0, backward: 0 }));
  }

  /** How often an example was tried so far. */
  tries(row: number): number {
    return this.#tries[row]!;
  }

  /** The most that members have used for any of the examples. */
  most(rows: readonly number[]): Calls {
    const largest = (kind: keyof Calls) => rows.reduce((most, row) => Math.max(most, this.#used[row]![kind]), 0);
    return { forward: largest('forward'), backward: largest('backward') };
  }

  /** What members have used, per example of the batch. */
  mean(): Calls {
    const mean = (kind: keyof Calls) => this.#used.reduce((sum, calls) => sum + calls[kind], 0) / this.#used.length;
    return { forward: mean('forward'), backward: mean('backward') };
  }

  add({ proposal: { attack, options }, rows, found, failed, calls, seconds, error }: Turn): void {
    for (const row of rows) {
      this.#tries[row]! += 1;
      this.#used[row]!.forward += calls.forward;
      this.#used[row]!.backward += calls.backward;
    }
    // A limit is told once, by the whole attack.
    const message = error === undefined || error.code === 'OUT_OF_BUDGET' ? undefined : error.message;
    const { name: plugin, version } = attack;
    this.reports.push({ plugin, version, options, rows, found: rows.filter((_, at) => found[at]), failed: failed.map((at) => rows[at]!), calls, seconds, message });
  }
}
