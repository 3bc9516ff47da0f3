import { LabError } from '@entropic-lab/protocol';
import { untraceable } from '../errors.ts';
import { deviceFailure } from './engine-failure.ts';
import type { EngineOptions } from './engine.ts';
import { openSession, type EngineSession, type Feeds, type Fetched, type Model, type Output } from './open-session.ts';
import { checkProvider } from './provider-check.ts';

/** How many sessions stay open; the ones used longest ago are closed, and opened again when needed. */
const MOST_OPEN = 48;

/** Open ONNX Runtime sessions, by model. */
export class Sessions implements AsyncDisposable {
  readonly #options: EngineOptions;
  readonly #open = new Map<string, Promise<EngineSession>>();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  async run(model: Model, feeds: Feeds, outputs: readonly Output[]): Promise<Fetched> {
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
    return await openSession(model, options);
  } catch (thrown) {
    const failure = deviceFailure(thrown, `opening '${model.name}'`);
    if (failure !== undefined) throw failure;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw untraceable(`ONNX Runtime refuses the graph of '${model.name}': ${message}`, 'Run with fallback: \'eager\', and report it with DEBUG_GRAPH=2 output', thrown);
  }
}
