/** A call should be short enough for progress and cancellation, and long enough that its own cost does not show. */
const AIM_MS = 80;
const LONGEST_MS = 160;
const MOST_STEPS = 512;
/** What a call itself may cost, as a part of its steps' time, as long as that keeps it shorter than the longest. */
const OVERHEAD = 0.2;

/** Learns what a call costs and what a step in it costs, and says how many steps to take in a call. */
export class Pace {
  #calls = 0;
  /** Of calls with few steps and with many: how many, and the time. Recent ones count more. */
  readonly #few = new Mean();
  readonly #many = new Mean();

  get steps(): number {
    if (this.#calls === 0) return 1;
    if (this.#calls < 3 || this.#many.weight === 0) return this.#few.ms > LONGEST_MS ? 1 : 4;
    const { perCall, perStep } = this.#costs();
    const aimed = (AIM_MS - perCall) / perStep;
    const cheap = Math.min(perCall / (OVERHEAD * perStep), (LONGEST_MS - perCall) / perStep);
    return Math.min(MOST_STEPS, Math.max(1, Math.round(Math.max(aimed, cheap))));
  }

  /** The very first call is slower than all others and says nothing. */
  took(ms: number, steps: number): void {
    if (this.#calls++ === 0) return this.#few.add(ms, steps);
    if (this.#calls === 2) this.#few.clear();
    (steps < 2 ? this.#few : this.#many).add(ms, steps);
    if (this.#calls === 2 && steps >= 2) this.#few.add(ms / steps, 1);
  }

  #costs(): { perCall: number; perStep: number } {
    const [few, many] = [this.#few, this.#many];
    const slope = few.weight === 0 ? many.ms / many.steps : (many.ms - few.ms) / (many.steps - few.steps);
    const perStep = Math.max(slope, (0.3 * many.ms) / many.steps, 1e-3);
    return { perStep, perCall: Math.max(0, many.ms - perStep * many.steps) };
  }
}

class Mean {
  ms = 0;
  steps = 0;
  weight = 0;

  add(ms: number, steps: number): void {
    this.weight = Math.min(this.weight + 1, 4);
    this.ms += (ms - this.ms) / this.weight;
    this.steps += (steps - this.steps) / this.weight;
  }

  clear(): void {
    this.weight = 0;
  }
}
