import type { Graph } from '../graph/graph.ts';
import type { EmitterOptions } from '../lower/emitter.ts';
import { optimize } from '../passes/optimize.ts';
import type { Trace } from '../trace/trace.ts';
import { blockLength } from './block-length.ts';
import { debugLevel, tell, tellGraph, tellModel } from './debug.ts';
import { threadsOf, type EngineOptions } from './engine.ts';
import { functionModel, type FunctionModel } from './function-model.ts';
import { loopModel, type LoopModel, type StepParts } from './loop-model.ts';
import { directFor, nativeFor, type Model } from './open-session.ts';
import { Sessions } from './sessions.ts';
import { Transfers } from './transfers.ts';

/**
 * What has been compiled, by the graph that was recorded: a function made anew for each batch, of which only the
 * captured tensors differ, is recorded again and compiled once.
 */
export class Compiled implements AsyncDisposable {
  readonly sessions: Sessions;
  readonly transfers: Transfers;
  readonly #options: EngineOptions;
  readonly #models = new Map<string, FunctionModel | LoopModel>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.sessions = new Sessions(options);
    this.transfers = new Transfers(this.sessions, options);
  }

  /** Whether the engine copies a loop's state at each call: the binding for Node does. */
  async copiesState(): Promise<boolean> {
    return !this.transfers.needed && (await directFor(this.#options)) === undefined;
  }

  async function(traced: Trace, name: string): Promise<FunctionModel & Model> {
    const target = await this.#target();
    const model = this.#model(traced.hash, () => compiledOnce(traced.graph, name, (graph) => functionModel(graph, name, target)));
    return { ...model, key: traced.hash, name };
  }

  async loop(traced: Trace, parts: StepParts, name: string): Promise<LoopModel & Model> {
    const target = await this.#target();
    const key = `${traced.hash}/loop${parts.state},${parts.perStep}`;
    const model = this.#model(key, () => compiledOnce(traced.graph, name, (graph) => loopModel(graph, { ...parts, ...target }, name)));
    return { ...model, key, name };
  }

  /** What models are lowered for. */
  async #target(): Promise<EmitterOptions> {
    const { provider } = this.#options;
    return { provider, block: await blockLength(this.#options), threads: threadsOf(this.#options), vectorSet: (await nativeFor(this.#options))?.vectorSet };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sessions[Symbol.asyncDispose]();
  }

  #model<M extends FunctionModel | LoopModel>(key: string, make: () => M): M {
    if (!this.#models.has(key)) this.#models.set(key, make());
    return this.#models.get(key) as M;
  }
}

function compiledOnce<M extends { readonly bytes: Uint8Array }>(recorded: Graph, name: string, lower: (graph: Graph) => M): M {
  const level = debugLevel();
  const start = performance.now();
  if (level >= 2) tellGraph(`'${name}' as recorded`, recorded);
  const graph = optimize(recorded, level < 3 ? undefined : (pass, now) => tellGraph(`'${name}' after ${pass}`, now));
  if (level === 2) tellGraph(`'${name}' as compiled`, graph);
  const model = lower(graph);
  if (level >= 1) tell(`'${name}': ${recorded.nodes.length} kernels recorded, ${graph.nodes.length} after the passes, ${model.bytes.length} bytes of ONNX, ${(performance.now() - start).toFixed(0)} ms`);
  if (level >= 3) tellModel(name, model.bytes);
  return model;
}
