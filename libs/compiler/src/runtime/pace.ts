/** A call is short enough for progress and cancellation: it should take so long, or up to the longest where the state is large. */
const AIM_MS = 80;
const LONGEST_MS = 160;
const MOST_STEPS = 512;
/** The engine copies the state at each call: some 0.7 ms a megabyte. That should be a tenth of a call at most. */
const COPY_MS_PER_BYTE = 0.7e-6;
const COPY_PART = 0.1;
/** From one call to the next: a call that something else delayed, or hurried, is not believed at once. */
const GROWTH = 4;

/** Learns how long steps take, what calls cost included, and says how many to take in the next call. */
export class Pace {
  readonly #aim: number;
  #calls = 0;
  #steps = 1;
  #msPerStep = 0;

  /** `stateBytes`: what the engine copies at each call. */
  constructor(stateBytes = 0) {
    this.#aim = Math.min(LONGEST_MS, Math.max(AIM_MS, (stateBytes * COPY_MS_PER_BYTE) / COPY_PART));
  }

  get steps(): number {
    return this.#steps;
  }

  took(ms: number, steps: number): void {
    const known = Math.min(this.#calls++, 4);
    // The very first call is slower than all others: the second replaces what it said.
    this.#msPerStep += (Math.max(ms / steps, 1e-3) - this.#msPerStep) / Math.max(1, known);
    const fitting = Math.floor(this.#aim / this.#msPerStep);
    this.#steps = Math.min(MOST_STEPS, GROWTH * steps, Math.max(1, fitting));
  }
}
