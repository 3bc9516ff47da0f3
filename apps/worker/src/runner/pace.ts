/** One kind of work of a run. */
export interface Work {
  /** Units in the whole run. */
  readonly total: number;
  /** Expected cost of a unit against the other kinds, until it is measured. */
  readonly cost: number;
}

interface Measured {
  /** Units that took `seconds`. */
  done: number;
  seconds: number;
  /** Units that nobody has to do. */
  skipped: number;
}

/** How far a run is and how long it still takes, from what each kind of work took so far. */
export class Pace {
  private readonly works: Readonly<Record<string, Work>>;
  private readonly measured: Record<string, Measured> = {};
  private readonly now: () => number;
  private since: number;

  /** @param now seconds on a clock that never goes back. */
  constructor(works: Readonly<Record<string, Work>>, now: () => number = () => performance.now() / 1000) {
    this.works = works;
    this.now = now;
    this.since = now();
  }

  /** The time from here on belongs to what is advanced next. */
  begin(): void {
    this.since = this.now();
  }

  /** `units` of `kind` were done since the last call. */
  advance(kind: string, units: number): void {
    const measured = this.of(kind);
    const now = this.now();
    measured.done += units;
    measured.seconds += now - this.since;
    this.since = now;
  }

  /** Units left out: an early stop, epochs done by an earlier attempt. */
  skip(kind: string, units: number): void {
    this.of(kind).skipped += units;
  }

  private of(kind: string): Measured {
    return (this.measured[kind] ??= { done: 0, seconds: 0, skipped: 0 });
  }

  /** Units per second, null before the first. */
  rate(kind: string): number | null {
    const { done, seconds } = this.of(kind);
    return done > 0 && seconds > 0 ? done / seconds : null;
  }

  /** Seconds to the end of the whole run; null before anything is measured. */
  remainingSeconds(): number | null {
    const secondsPerCost = this.secondsPerCost();
    if (secondsPerCost === null) return null;
    return Object.entries(this.works).reduce((sum, [kind, { total, cost }]) => {
      const { done, skipped } = this.of(kind);
      const left = Math.max(0, total - done - skipped);
      const rate = this.rate(kind);
      return sum + left * (rate === null ? cost * secondsPerCost : 1 / rate);
    }, 0);
  }

  private secondsPerCost(): number | null {
    const known = Object.entries(this.measured).filter(([kind, { seconds }]) => seconds > 0 && kind in this.works);
    const cost = known.reduce((sum, [kind, { done }]) => sum + done * this.works[kind]!.cost, 0);
    const seconds = known.reduce((sum, [, measured]) => sum + measured.seconds, 0);
    return cost > 0 ? seconds / cost : null;
  }
}
