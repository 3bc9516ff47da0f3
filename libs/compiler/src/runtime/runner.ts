import { LabError } from '@entropic-lab/protocol';
import { dispose, eagerRunner, type JitOptions, type Loop, type Runner, type StepFn, type TensorFn, type TensorTree } from '@entropic-lab/tensor';
import { Compiled } from './cache.ts';
import type { EngineOptions } from './engine.ts';
import { jit } from './jit.ts';
import { CompiledLoop } from './loop.ts';

export interface CompiledRunnerOptions extends EngineOptions {
  /** What to do with a function that cannot be compiled. Default `throw`: a LabError UNTRACEABLE that says why. */
  readonly fallback?: 'throw' | 'eager';
  /** Told once for each function that runs eagerly, with the reason and what to do about it. */
  readonly onFallback?: (reason: string) => void;
}

/**
 * Runs TF.js functions on ONNX Runtime. A function is compiled at its first call, and again for other shapes.
 * Results are TF.js tensors on the backend in use.
 */
export function compiledRunner(options: CompiledRunnerOptions = {}): Runner {
  const compiled = new Compiled(options);
  return {
    name: `compiled-${options.provider ?? 'cpu'}`,
    jit: (fn, { name = fn.name || 'function' }: JitOptions = {}) => withFallback(options, jit(compiled, fn, name), () => eagerRunner().jit(fn)),
    loop: (step, initial, { name = step.name || 'step' }: JitOptions = {}) => {
      const loop = new CompiledLoop(compiled, { step, initial, name });
      return options.fallback === 'eager' ? new FallbackLoop(loop, step, options) : loop;
    },
    [Symbol.asyncDispose]: () => compiled[Symbol.asyncDispose](),
  };
}

function isUntraceable(thrown: unknown): thrown is LabError {
  return thrown instanceof LabError && thrown.code === 'UNTRACEABLE';
}

function withFallback<A extends readonly TensorTree[], R extends TensorTree>(options: CompiledRunnerOptions, compiled: TensorFn<A, R>, eager: () => TensorFn<A, R>): TensorFn<A, R> {
  if (options.fallback !== 'eager') return compiled;
  let chosen = compiled;
  return async (...args: A): Promise<R> => {
    try {
      return await chosen(...args);
    } catch (thrown) {
      if (!isUntraceable(thrown) || chosen !== compiled) throw thrown;
      options.onFallback?.(thrown.message);
      chosen = eager();
      return chosen(...args);
    }
  };
}

/** A compiled loop until it turns out that its step cannot be compiled; then an eager one with the same state. */
class FallbackLoop<S extends TensorTree, X extends TensorTree, Y extends TensorTree> implements Loop<S, X, Y> {
  #loop: Loop<S, X, Y>;
  #fellBack = false;
  readonly #step: StepFn<S, X, Y>;
  readonly #options: CompiledRunnerOptions;

  constructor(loop: Loop<S, X, Y>, step: StepFn<S, X, Y>, options: CompiledRunnerOptions) {
    this.#loop = loop;
    this.#step = step;
    this.#options = options;
  }

  get traced(): boolean {
    return this.#loop.traced;
  }

  get stepsPerCall(): number {
    return this.#loop.stepsPerCall;
  }

  async run(xs: readonly X[]): Promise<Y[]> {
    try {
      return await this.#loop.run(xs);
    } catch (thrown) {
      if (!isUntraceable(thrown) || this.#fellBack) throw thrown;
      this.#options.onFallback?.(thrown.message);
      await this.#fallBack();
      return this.#loop.run(xs);
    }
  }

  read(): Promise<S> {
    return this.#loop.read();
  }

  write(state: S): Promise<void> {
    return this.#loop.write(state);
  }

  [Symbol.dispose](): void {
    this.#loop[Symbol.dispose]();
  }

  async #fallBack(): Promise<void> {
    const state = await this.#loop.read();
    this.#loop[Symbol.dispose]();
    this.#loop = eagerRunner().loop(this.#step, state);
    dispose(state);
    this.#fellBack = true;
  }
}
