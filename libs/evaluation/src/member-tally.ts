import type { AttackMember } from '@entropic-lab/protocol';
import type { MemberReport } from '@entropic-lab/plugin-sdk/host';

/** What the members of an attack made of others came to, over the batches of a set. */
export class MemberTally {
  readonly #members = new Map<string, AttackMember>();
  readonly #foundBy: (number | null)[];

  /** @param examples of the set */
  constructor(examples: number) {
    this.#foundBy = Array.from({ length: examples }, () => null);
  }

  /** @param indices places in the set of the examples of the batch that is reported on */
  add(reports: readonly MemberReport[], indices: Int32Array): void {
    for (const { plugin, version, options, rows, found, failed, calls, seconds } of reports) {
      const key = JSON.stringify([plugin, options]);
      const before = this.#members.get(key) ?? { plugin, version, options, examples: 0, found: 0, failed: 0, forwardCalls: 0, backwardCalls: 0, seconds: 0 };
      const examples = before.examples + rows.length;
      const mean = (earlier: number, now: number) => (earlier * before.examples + now * rows.length) / examples;
      this.#members.set(key, {
        ...before,
        examples,
        found: before.found + found.length,
        failed: before.failed + failed.length,
        forwardCalls: mean(before.forwardCalls, calls.forward),
        backwardCalls: mean(before.backwardCalls, calls.backward),
        seconds: before.seconds + seconds,
      });
      const place = [...this.#members.keys()].indexOf(key);
      for (const row of found) this.#foundBy[indices[row]!] ??= place;
    }
  }

  /** For the record; nothing where no member ran. @param wasFound whether the judge found an example fooled */
  record(wasFound: (index: number) => boolean): { members: AttackMember[]; foundBy: (number | null)[] } | undefined {
    if (this.#members.size === 0) return undefined;
    return { members: [...this.#members.values()], foundBy: this.#foundBy.map((place, index) => (wasFound(index) ? place : null)) };
  }
}
