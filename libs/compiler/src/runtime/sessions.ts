import { InferenceSession, type Tensor as OrtTensor } from 'onnxruntime-node';
import { LabError } from '@entropic-lab/protocol';
import { untraceable } from '../errors.ts';
import { deviceFailure } from './engine-failure.ts';
import { sessionOptions, type EngineOptions } from './engine.ts';
import { checkProvider } from './provider-check.ts';

/** A model and what identifies it: programs with equal keys share a session. */
export interface Model {
  readonly key: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Outputs that stay on the card, where there is one. */
  readonly onDevice?: readonly string[];
}

export type Feeds = Readonly<Record<string, OrtTensor>>;

/** How many sessions stay open; the ones used longest ago are closed, and opened again when needed. */
const MOST_OPEN = 48;

/** Open ONNX Runtime sessions, by model. */
export class Sessions implements AsyncDisposable {
  readonly #options: EngineOptions;
  readonly #open = new Map<string, Promise<InferenceSession>>();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  async run(model: Model, feeds: Feeds): Promise<Readonly<Record<string, OrtTensor>>> {
    const session = await this.open(model);
    try {
      return (await session.run(feeds as Record<string, OrtTensor>)) as Readonly<Record<string, OrtTensor>>;
    } catch (cause) {
      const failure = deviceFailure(cause, `running '${model.name}'`);
      if (failure !== undefined) throw failure;
      throw new LabError('INTERNAL', `[compiler] ONNX Runtime failed in '${model.name}': ${(cause as Error).message}. Use an eager runner, and report it with DEBUG_GRAPH=2 output.`, { cause });
    }
  }

  async open(model: Model): Promise<InferenceSession> {
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

async function create(model: Model, options: EngineOptions): Promise<InferenceSession> {
  await checkProvider(options);
  try {
    return await InferenceSession.create(model.bytes, { ...sessionOptions(options), ...locations(model) });
  } catch (thrown) {
    const failure = deviceFailure(thrown, `opening '${model.name}'`);
    if (failure !== undefined) throw failure;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw untraceable(`ONNX Runtime refuses the graph of '${model.name}': ${message}`, 'Run with fallback: \'eager\', and report it with DEBUG_GRAPH=2 output', thrown);
  }
}

/** An empty record would be taken for one that says nothing of every output, and is refused. */
function locations({ onDevice = [] }: Model): InferenceSession.SessionOptions {
  return onDevice.length === 0 ? {} : { preferredOutputLocation: Object.fromEntries(onDevice.map((name) => [name, 'gpu-buffer'])) };
}
