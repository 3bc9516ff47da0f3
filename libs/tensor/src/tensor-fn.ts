import type { TensorTree } from './tree.ts';

/**
 * A pure function from tensors to tensors. An eager TF.js function is one; so is its compiled form, which
 * answers with a promise. Callers always `await`, so that one can stand for the other.
 * The caller owns what it passes and what it gets: the function disposes of neither.
 */
export type TensorFn<A extends readonly TensorTree[], R extends TensorTree> = (...args: A) => R | Promise<R>;

/** One step of a loop that carries `state`: an optimizer's update, an attack's iteration. Pure TF.js. */
export type StepFn<S extends TensorTree, X extends TensorTree, Y extends TensorTree> = (state: S, x: X) => { state: S; y: Y };

/**
 * What computes. Trainers, evaluation and attacks take a runner and never name a backend or an engine.
 */
export interface Runner extends AsyncDisposable {
  /** Engine and device in a word, as recorded with results: `eager-wasm`, `compiled-cpu`. */
  readonly name: string;
  /** Threads it computes with, where sums are split among them, so that the last bits of results depend on their number. */
  readonly threads?: number | undefined;
  /** A function of the same type as `fn`, run by this engine. `fn` must be pure, synchronous TF.js. */
  jit<A extends readonly TensorTree[], R extends TensorTree>(fn: (...args: A) => R, options?: JitOptions): TensorFn<A, R>;
  /** A loop whose state stays with the engine between steps. `initial` is copied: the caller goes on owning it. */
  loop<S extends TensorTree, X extends TensorTree, Y extends TensorTree>(
    step: StepFn<S, X, Y>,
    initial: S,
    options?: JitOptions,
  ): Loop<S, X, Y>;
}

export interface JitOptions {
  /** What the function is, for messages and profiles: `linf-pgd step`. */
  readonly name?: string;
}

/** State that lives with the engine, and the steps that change it. */
export interface Loop<S extends TensorTree, X extends TensorTree, Y extends TensorTree> extends Disposable {
  /** How many steps this engine likes to take in one call, so that a call takes some 20 to 100 ms. At least 1. */
  readonly stepsPerCall: number;
  /**
   * Whether steps are replayed from a recording. Known after the first `run`. If so, the step's JavaScript ran once,
   * at that first `run`; if not, it runs at every step. Whoever counts calls inside a step needs to know.
   */
  readonly traced: boolean;
  /**
   * Takes one step for each of `xs`, in order. Returns each step's `y`, owned by the caller.
   * Takes them in one call of the engine where it can; the result does not depend on how `xs` are grouped.
   */
  run(xs: readonly X[]): Promise<Y[]>;
  /** A copy of the state as it is now, owned by the caller. */
  read(): Promise<S>;
  /** Replaces the state by a copy of `state`. */
  write(state: S): Promise<void>;
}
