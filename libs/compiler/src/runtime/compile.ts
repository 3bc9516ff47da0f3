import type { TensorFn, TensorTree } from '@entropic-lab/tensor';
import { counts, type Counts } from '../graph/counts.ts';
import type { Graph } from '../graph/graph.ts';
import { trace, type AnyFunction } from '../trace/trace.ts';
import { Compiled } from './cache.ts';
import type { EngineOptions } from './engine.ts';
import { jit } from './jit.ts';

export interface CompileOptions extends EngineOptions {
  /** What the function is, for messages. Default: its name. */
  readonly name?: string;
}

/** A function of the type it was made from, run by ONNX Runtime; with the graph that was recorded, and its costs. */
export type CompiledFn<A extends readonly TensorTree[], R extends TensorTree> = TensorFn<A, R> & AsyncDisposable & {
  (...args: A): Promise<R>;
  readonly graph: Graph;
  readonly counts: Counts;
};

/**
 * Compiles a pure synchronous TF.js function. It is recorded at once on tensors of the form and types of `example`,
 * without computing anything, and again at the first call with other shapes.
 * @throws LabError UNTRACEABLE with the operation that cannot be compiled and what to do.
 */
export function compile<A extends readonly TensorTree[], R extends TensorTree>(fn: (...args: A) => R, example: A, options: CompileOptions = {}): CompiledFn<A, R> {
  const { name = fn.name || 'function' } = options;
  const { graph } = trace(fn as unknown as AnyFunction, example, name);
  const compiled = new Compiled(options);
  const run = jit(compiled, fn, name) as (...args: A) => Promise<R>;
  return Object.assign((...args: A) => run(...args), {
    graph,
    counts: counts(graph),
    [Symbol.asyncDispose]: () => compiled[Symbol.asyncDispose](),
  });
}
