import type { BatteryLine } from './line.ts';
import type { Setting } from './audit.ts';
import { headlineIds } from './battery.ts';
import { scales } from './scale.ts';

/** The work of an audit in calls of the network, and the time it still takes at the pace so far. */
export class TimeLeft {
  /** Calls that each line is expected to make, less as lines turn out to attack fewer examples. */
  private readonly expected = new Map<string, number>();
  private readonly perExample = new Map<string, number>();
  private doneCalls = 0;
  private skipped = 0;
  private secondsSpent = 0;
  private current: { id: string; began: number; share: number } | undefined;
  /** What the line that ended last took. */
  lastSeconds = 0;

  constructor(lines: readonly BatteryLine[], { job, correct, sample }: Setting) {
    const scale = scales[job.battery];
    for (const { id, on, cost } of lines) {
      this.perExample.set(id, cost(scale));
      this.expected.set(id, cost(scale) * (on === 'all' ? correct.length : on === 'sample' ? sample.length : 0));
    }
  }

  /** A line that an earlier attempt completed. */
  skip(id: string): void {
    this.skipped += this.expected.get(id) ?? 0;
  }

  begin(id: string, examples: number): void {
    this.expected.set(id, (this.perExample.get(id) ?? 0) * examples);
    this.current = { id, began: performance.now(), share: 0 };
  }

  advance(share: number): void {
    this.current!.share = Math.min(1, share);
  }

  end(): void {
    const { id, began } = this.current!;
    this.lastSeconds = (performance.now() - began) / 1000;
    this.secondsSpent += this.lastSeconds;
    this.doneCalls += this.expected.get(id) ?? 0;
    this.current = undefined;
  }

  progress(): { share: number; remainingSeconds: number | null } {
    const running = this.current === undefined ? 0 : this.current.share * (this.expected.get(this.current.id) ?? 0);
    const seconds = this.secondsSpent + (this.current === undefined ? 0 : (performance.now() - this.current.began) / 1000);
    const total = [...this.expected.values()].reduce((sum, calls) => sum + calls, 0);
    const done = this.doneCalls + running;
    const share = total === 0 ? 1 : Math.min(1, (this.skipped + done) / total);
    return { share, remainingSeconds: done === 0 ? null : (seconds / done) * Math.max(0, total - this.skipped - done) };
  }

  /** A headline attack left so many: those behind it attack no more. */
  survivors(after: string, count: number): void {
    for (const id of headlineIds.slice(headlineIds.indexOf(after) + 1)) this.expected.set(id, (this.perExample.get(id) ?? 0) * count);
  }
}
