import type { InferenceSession } from 'onnxruntime-node';
import type { Dtype } from '../graph/graph.ts';
import type { NativeKernel } from '../native/kernel.ts';
import type { NativeTarget } from '../native/call-kernel.ts';
import { nativeTarget } from '../native/native.ts';
import { direct, DirectSession, type Direct } from './direct/session.ts';
import { sessionOptions, type EngineOptions } from './engine.ts';
import { onnxRuntime } from './onnxruntime.ts';
import type { EngineTensor } from './tensors.ts';

/** A model and what identifies it: programs with equal keys share a session. */
export interface Model {
  readonly key: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Operators in machine code that it has. */
  readonly kernels?: readonly NativeKernel[];
  /** Outputs that stay with the engine: on the card, where there is one, or in its own memory. */
  readonly staying?: readonly string[];
}

export type Feeds = Readonly<Record<string, EngineTensor>>;
export type Fetched = Readonly<Record<string, EngineTensor>>;

/** What a call is to return. */
export interface Output {
  readonly name: string;
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  /** Whether it stays with the engine, where the engine can hold it. */
  readonly stays: boolean;
}

/** One open program of the engine. */
export interface EngineSession {
  run(feeds: Feeds, outputs: readonly Output[]): Promise<Fetched>;
  /** Waits for what is under way. */
  release(): Promise<void>;
}

export async function openSession(model: Model, options: EngineOptions): Promise<EngineSession> {
  const engine = await directFor(options);
  if (engine !== undefined) return DirectSession.open(engine, model, options);
  return new BoundSession(await onnxRuntime().InferenceSession.create(model.bytes, { ...sessionOptions(options), ...locations(model, options) }));
}

/** The processor is called without the binding for Node where that can be. */
export async function directFor({ provider = 'cpu', binding = 'direct' }: EngineOptions): Promise<Direct | undefined> {
  return provider === 'cpu' && binding === 'direct' ? direct() : undefined;
}

/** What operators in machine code can be written for; undefined where the engine cannot be told of them. */
export async function nativeFor(options: EngineOptions): Promise<NativeTarget | undefined> {
  const isWanted = options.machineCode !== false && (await directFor(options)) !== undefined;
  return isWanted ? nativeTarget() : undefined;
}

/** A session of ONNX Runtime's binding for Node: it returns all outputs, and computes on the thread that calls. */
class BoundSession implements EngineSession {
  readonly #session: InferenceSession;

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  async run(feeds: Feeds): Promise<Fetched> {
    return (await this.#session.run(feeds as InferenceSession.FeedsType)) as Fetched;
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

/** An empty record would be taken for one that says nothing of every output, and is refused. */
function locations({ staying = [] }: Model, { provider }: EngineOptions): InferenceSession.SessionOptions {
  return staying.length === 0 || provider !== 'webgpu' ? {} : { preferredOutputLocation: Object.fromEntries(staying.map((name) => [name, 'gpu-buffer'])) };
}
