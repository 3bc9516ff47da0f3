import type { TensorTree } from '@entropic-lab/tensor';
import { optimize } from '../passes/optimize.ts';
import type { Trace } from '../trace/trace.ts';
import { functionModel, type FunctionModel } from './function-model.ts';
import { loopModel, type LoopModel, type StepParts } from './loop-model.ts';
import { Sessions, type Model } from './sessions.ts';
import type { EngineOptions } from './engine.ts';

export type AnyFunction = (...args: never[]) => TensorTree;

/**
 * What has been compiled, by the graph that was recorded: a function made anew for each batch, of which only the
 * captured tensors differ, is recorded again and compiled once.
 */
export class Compiled implements AsyncDisposable {
  readonly sessions: Sessions;
  readonly #functions = new Map<string, FunctionModel>();
  readonly #loops = new Map<string, LoopModel>();

  constructor(options: EngineOptions) {
    this.sessions = new Sessions(options);
  }

  function(traced: Trace, name: string): FunctionModel & Model {
    if (!this.#functions.has(traced.hash)) this.#functions.set(traced.hash, functionModel(optimize(traced.graph), name));
    return { ...this.#functions.get(traced.hash)!, key: traced.hash, name };
  }

  loop(traced: Trace, parts: StepParts, name: string): LoopModel & Model {
    const key = `${traced.hash}/loop${parts.state},${parts.perStep}`;
    if (!this.#loops.has(key)) this.#loops.set(key, loopModel(optimize(traced.graph), parts, name));
    return { ...this.#loops.get(key)!, key, name };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sessions[Symbol.asyncDispose]();
  }
}
