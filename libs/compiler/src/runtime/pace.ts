/** A call should be short enough for progress and cancellation, and long enough that its own cost does not show. */
const AIM_MS = 50;
const MOST_STEPS = 512;

/** Learns how long a step takes, and says how many to take in a call: some 20 to 100 ms worth. */
export class Pace {
  #msPerStep: number | undefined;
  #calls = 0;

  get steps(): number {
    if (this.#msPerStep === undefined) return 2;
    const fitting = Math.round(AIM_MS / this.#msPerStep);
    return Math.min(MOST_STEPS, Math.max(1, fitting));
  }

  /** The first call is slower than the rest, so it only counts until there is a second. */
  took(ms: number, steps: number): void {
    const now = Math.max(ms / steps, 1e-3);
    this.#msPerStep = this.#msPerStep === undefined || this.#calls < 2 ? now : this.#msPerStep * 0.75 + now * 0.25;
    this.#calls++;
  }
}
