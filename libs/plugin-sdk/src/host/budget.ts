import { LabError } from '@entropic-lab/protocol';

/** What an attack may use. Absent: no limit. */
export interface AttackLimits {
  /** Wall time of the whole evaluation. */
  readonly seconds?: number | undefined;
  /** Calls of the network per example. */
  readonly forwardCalls?: number | undefined;
  /** Gradients of the network per example. */
  readonly backwardCalls?: number | undefined;
}

/** Calls of the network per example of a batch. */
export interface Calls {
  readonly forward: number;
  readonly backward: number;
}

export interface BudgetOptions {
  readonly limits?: AttackLimits | undefined;
  /** `performance.now()` from which the seconds count. Default: now. */
  readonly startedAt?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What the examples used before, each; counts against the limits and not into `calls`. Default: nothing. */
  readonly before?: Calls | undefined;
  /** Told what the batch has used so far, after each part of a loop. */
  readonly onCalls?: ((calls: Calls) => void) | undefined;
}

/** An attack that asks for further loops so often after its budget ended does not mean to stop. */
const LOOPS_AFTER_THE_END = 100;

/** Counts the calls of one batch, and says when they or the time are used up. */
export class Budget {
  forward = 0;
  backward = 0;
  readonly #options: BudgetOptions;
  readonly #limits: AttackLimits;
  readonly #before: Calls;
  readonly #deadline: number;
  readonly #signal: AbortSignal | undefined;
  #reached: string | undefined;
  #loopsLeft = LOOPS_AFTER_THE_END;

  constructor(options: BudgetOptions) {
    const { limits = {}, startedAt = performance.now(), signal, before = { forward: 0, backward: 0 } } = options;
    this.#options = { ...options, startedAt };
    this.#limits = limits;
    this.#before = before;
    this.#deadline = limits.seconds === undefined ? Infinity : startedAt + limits.seconds * 1000;
    this.#signal = signal;
  }

  /** Which limit ended the search, if one did. */
  get reached(): string | undefined {
    return this.#reached;
  }

  /** Whether there is a limit on calls. */
  get limitsCalls(): boolean {
    return this.#limits.forwardCalls !== undefined || this.#limits.backwardCalls !== undefined;
  }

  /** Milliseconds until the deadline. */
  get millisecondsLeft(): number {
    return this.#deadline - performance.now();
  }

  get calls(): Calls {
    return { forward: this.forward, backward: this.backward };
  }

  /** Tells whoever watches how far it is. */
  tell(): void {
    this.#options.onCalls?.(this.calls);
  }

  /** A budget under the same limits, of which `used` is gone already. @param part examples that use it / examples of the batch */
  share(used: Calls, part: number): Budget {
    const { forward, backward } = this.#before;
    const onCalls = (calls: Calls) => this.#options.onCalls?.({ forward: this.forward + calls.forward * part, backward: this.backward + calls.backward * part });
    return new Budget({ ...this.#options, onCalls, before: { forward: forward + used.forward, backward: backward + used.backward } });
  }

  /** Takes over what a share was used for. @param part as in {@link share} */
  charge(share: Budget, part: number): void {
    this.forward += share.forward * part;
    this.backward += share.backward * part;
    this.#reached ??= share.reached;
  }

  /** Whether the search must end now. @throws LabError CANCELLED where somebody asked for it to stop. */
  exhausted(): boolean {
    if (this.#signal?.aborted === true) throw new LabError('CANCELLED', '[evaluation] the attack was asked to stop.', { cause: this.#signal.reason });
    this.#reached ??= this.#limit();
    return this.#reached !== undefined;
  }

  /** Steps that still fit into the limits on calls, if each makes `perStep` calls. At least 1. */
  stepsLeft(perStep: Calls): number {
    const fitting = (limit: number | undefined, used: number, each: number) => (limit === undefined || each === 0 ? Infinity : Math.ceil((limit - used) / each));
    const { forwardCalls, backwardCalls } = this.#limits;
    return Math.max(1, Math.min(fitting(forwardCalls, this.#before.forward + this.forward, perStep.forward), fitting(backwardCalls, this.#before.backward + this.backward, perStep.backward)));
  }

  /** For an attack that starts one more loop, or calls the network outside of one, after the end. @throws LabError OUT_OF_BUDGET */
  refuseEndlessLoops(): void {
    if (this.#loopsLeft-- <= 0) throw new LabError('OUT_OF_BUDGET', `[evaluation] the attack went on after it had reached ${this.#reached}.`);
  }

  #limit(): string | undefined {
    const { seconds, forwardCalls, backwardCalls } = this.#limits;
    if (this.millisecondsLeft <= 0) return `the limit of ${seconds} s`;
    if (this.#before.forward + this.forward >= (forwardCalls ?? Infinity)) return `the limit of ${forwardCalls} forward calls per example`;
    if (this.#before.backward + this.backward >= (backwardCalls ?? Infinity)) return `the limit of ${backwardCalls} backward calls per example`;
    return undefined;
  }
}
