import { eagerRunner, type JitOptions, type Runner, type TensorFn, type TensorTree } from '@entropic-lab/tensor';
import { Compiled } from './cache.ts';
import { threadsOf, type EngineOptions } from './engine.ts';
import { FallbackLoop, isUntraceable } from './fallback-loop.ts';
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
    threads: threadsOf(options),
    jit: (fn, { name = fn.name || 'function' }: JitOptions = {}) => withFallback(options, jit(compiled, fn, name), () => eagerRunner().jit(fn)),
    loop: (step, initial, { name = step.name || 'step' }: JitOptions = {}) => {
      const loop = new CompiledLoop(compiled, { step, initial, name });
      return options.fallback === 'eager' ? new FallbackLoop(loop, step, options.onFallback) : loop;
    },
    [Symbol.asyncDispose]: () => compiled[Symbol.asyncDispose](),
  };
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
