import { InferenceSession } from 'onnxruntime-node';
import { LabError } from '@entropic-lab/protocol';
import { untraceable } from '../errors.ts';
import type { Dtype } from '../graph/graph.ts';
import { direct, DirectSession } from './direct/session.ts';
import { deviceFailure } from './engine-failure.ts';
import { sessionOptions, type EngineOptions } from './engine.ts';
import { checkProvider } from './provider-check.ts';
import type { EngineTensor } from './tensors.ts';

/** A model and what identifies it: programs with equal keys share a session. */
export interface Model {
  readonly key: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Outputs that stay with the engine: on the card, where there is one, or in its own memory. */
  readonly staying?: readonly string[];
}

export type Feeds = Readonly<Record<string, EngineTensor>>;

/** What a call is to return. */
export interface Output {
  readonly name: string;
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  /** Whether it stays with the engine. */
  readonly stays: boolean;
}

/** One open program of the engine. */
export interface EngineSession {
  run(feeds: Feeds, outputs: readonly Output[]): Promise<Readonly<Record<string, EngineTensor>>>;
  release(): Promise<void>;
}

/** How many sessions stay open; the ones used longest ago are closed, and opened again when needed. */
const MOST_OPEN = 48;

/** Open ONNX Runtime sessions, by model. */
export class Sessions implements AsyncDisposable {
  readonly #options: EngineOptions;
  readonly #open = new Map<string, Promise<EngineSession>>();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  async run(model: Model, feeds: Feeds, outputs: readonly Output[]): Promise<Readonly<Record<string, EngineTensor>>> {
    const session = await this.open(model);
    try {
      return await session.run(feeds, outputs);
    } catch (cause) {
      const failure = deviceFailure(cause, `running '${model.name}'`);
      if (failure !== undefined) throw failure;
      throw new LabError('INTERNAL', `[compiler] ONNX Runtime failed in '${model.name}': ${(cause as Error).message}. Use an eager runner, and report it with DEBUG_GRAPH=2 output.`, { cause });
    }
  }

  async open(model: Model): Promise<EngineSession> {
    const known = this.#open.get(model.key);
    const session = known ?? create(model, this.#options);
    this.#open.delete(model.key);
    this.#open.set(model.key, session);
    // One that could not be opened is tried again next time.
    session.catch(() => this.#open.delete(model.key));
    if (known === undefined) await this.#closeOldest();
    return session;
  }

  async #closeOldest(): Promise<void> {
    for (const [key, session] of this.#open) {
      if (this.#open.size <= MOST_OPEN) return;
      this.#open.delete(key);
      await (await session).release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sessions = [...this.#open.values()];
    this.#open.clear();
    for (const session of await Promise.allSettled(sessions)) if (session.status === 'fulfilled') await session.value.release();
  }
}

async function create(model: Model, options: EngineOptions): Promise<EngineSession> {
  await checkProvider(options);
  try {
    const engine = await directFor(options);
    if (engine !== undefined) return DirectSession.open(engine, model, options);
    return (await InferenceSession.create(model.bytes, { ...sessionOptions(options), ...locations(model, options) })) as EngineSession;
  } catch (thrown) {
    const failure = deviceFailure(thrown, `opening '${model.name}'`);
    if (failure !== undefined) throw failure;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw untraceable(`ONNX Runtime refuses the graph of '${model.name}': ${message}`, 'Run with fallback: \'eager\', and report it with DEBUG_GRAPH=2 output', thrown);
  }
}

/** An empty record would be taken for one that says nothing of every output, and is refused. */
function locations({ staying = [] }: Model, { provider }: EngineOptions): InferenceSession.SessionOptions {
  return staying.length === 0 || provider !== 'webgpu' ? {} : { preferredOutputLocation: Object.fromEntries(staying.map((name) => [name, 'gpu-buffer'])) };
}

/** The processor is called without the binding for Node where that can be. */
export async function directFor({ provider = 'cpu', binding = 'direct' }: EngineOptions): Promise<Awaited<ReturnType<typeof direct>>> {
  return provider === 'cpu' && binding === 'direct' ? direct() : undefined;
}
