import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { elementTypes } from '../../onnx/model.ts';
import { debugLevel, tell } from '../debug.ts';
import { threadsOf, type EngineOptions } from '../engine.ts';
import type { EngineSession, Feeds, Model, Output } from '../open-session.ts';
import { arrays, toEngine, type EngineTensor, type Values } from '../tensors.ts';
import { behindFirst, nativeOperators, type Operators } from './operators.ts';
import { loadCApi, type CApi, type Pointer } from './c-api.ts';

export interface Direct {
  readonly api: CApi;
  readonly env: Pointer;
  /** Memory of the processor. */
  readonly memory: Pointer;
}

let opened: Promise<Direct | undefined> | undefined;

/**
 * ONNX Runtime called through its C interface, or undefined where that cannot be. Its binding for Node copies all that
 * a call returns, and computes on the thread that serves the process; here a loop's state stays where the engine left
 * it, and a call is computed on a thread of its own.
 */
export function direct(): Promise<Direct | undefined> {
  return (opened ??= open().catch(unavailable));
}

async function open(): Promise<Direct> {
  const api = await loadCApi();
  return { api, env: made((to) => api.call.CreateEnv(3, 'entropic-lab', to)), memory: made((to) => api.call.CreateCpuMemoryInfo(1, 0, to)) };
}

function unavailable(reason: unknown): undefined {
  if (debugLevel() >= 1) tell(`ONNX Runtime is called by its binding for Node, for its C interface cannot be: ${String(reason)}`);
}

function made(make: (to: [Pointer | null]) => void): Pointer {
  const to: [Pointer | null] = [null];
  make(to);
  return to[0]!;
}

/** A tensor in the engine's memory, until it is disposed of. */
export class HeldTensor {
  readonly location = 'engine';
  readonly type: Output['dtype'];
  readonly dims: readonly number[];
  readonly #api: CApi;
  #value: Pointer | undefined;

  constructor(api: CApi, value: Pointer, { dtype, dims }: Output) {
    this.#api = api;
    this.#value = value;
    this.type = dtype;
    this.dims = dims;
  }

  get value(): Pointer {
    if (this.#value === undefined) throw new Error('a tensor of the engine was used after it was disposed of');
    return this.#value;
  }

  /** A copy. */
  read(): Values {
    const [expected, size] = [sizeOf(this.dims), this.#size()];
    if (size !== expected) throw new Error(`the engine returned ${size} elements where a shape of [${this.dims.join()}] has ${expected}`);
    if (size === 0) return new arrays[this.type](0);
    const data = made((to) => this.#api.call.GetTensorMutableData(this.value, to));
    return new arrays[this.type](this.#api.copyOf(data, size * arrays[this.type].BYTES_PER_ELEMENT));
  }

  #size(): number {
    const { call, release } = this.#api;
    const shape = made((to) => call.GetTensorTypeAndShape(this.value, to));
    try {
      return Number(made((to) => call.GetTensorShapeElementCount(shape, to)));
    } finally {
      release.ReleaseTensorTypeAndShapeInfo(shape);
    }
  }

  dispose(): void {
    if (this.#value !== undefined) this.#api.release.ReleaseValue(this.#value);
    this.#value = undefined;
  }
}

/** A session of ONNX Runtime's processor, without its binding for Node. */
export class DirectSession implements EngineSession {
  readonly #direct: Direct;
  readonly #session: Pointer;
  readonly #operators: Operators | undefined;
  /** Names as C knows them, kept as long as the session. */
  readonly #names = new Map<string, Buffer>();
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  private constructor(engine: Direct, session: Pointer, operators: Operators | undefined) {
    this.#direct = engine;
    this.#session = session;
    this.#operators = operators;
  }

  static async open(engine: Direct, { bytes, kernels = [] }: Model, options: EngineOptions): Promise<DirectSession> {
    const { call, release } = engine.api;
    const settings = made((to) => call.CreateSessionOptions(to));
    let operators: Operators | undefined;
    try {
      operators = kernels.length === 0 ? undefined : await nativeOperators(engine.api, kernels);
      if (operators !== undefined) call.AddCustomOpDomain(settings, operators.domain);
      call.SetIntraOpNumThreads(settings, threadsOf(options));
      call.SetInterOpNumThreads(settings, 1);
      call.SetSessionGraphOptimizationLevel(settings, 99);
      call.SetSessionLogSeverityLevel(settings, 3);
      call.AddSessionConfigEntry(settings, 'session.intra_op.allow_spinning', '0');
      const session: [Pointer | null] = [null];
      const create = () => engine.api.aside.CreateSessionFromArray(engine.env, bytes, bytes.length, settings, session);
      await (operators === undefined ? create() : behindFirst(create));
      return new DirectSession(engine, session[0]!, operators);
    } catch (thrown) {
      operators?.release();
      throw thrown;
    } finally {
      release.ReleaseSessionOptions(settings);
    }
  }

  async run(feeds: Feeds, outputs: readonly Output[]): Promise<Readonly<Record<string, EngineTensor>>> {
    if (this.#closing !== undefined) throw new Error('a session of the engine was used after it was closed');
    const { api } = this.#direct;
    const lent: Pointer[] = [];
    const results = BigUint64Array.from(outputs, () => 0n);
    try {
      const inputs = BigUint64Array.from(Object.values(feeds), (tensor) => {
        if (tensor.location === 'engine') return tensor.value;
        lent.push(this.#lent(tensor));
        return lent.at(-1)!;
      });
      const [inputNames, outputNames] = [this.#pointers(Object.keys(feeds)), this.#pointers(outputs.map(({ name }) => name))];
      await this.#whileOpen(api.aside.Run(this.#session, null, inputNames, inputs, inputs.length, outputNames, outputs.length, results));
    } finally {
      lent.forEach((value) => api.release.ReleaseValue(value));
      // Named here, so that nothing of it is collected while the engine works with it.
      void feeds;
    }
    const held = outputs.map((output, i) => new HeldTensor(api, results[i]!, output));
    try {
      return Object.fromEntries(held.map((tensor, i) => [outputs[i]!.name, outputs[i]!.stays ? tensor : toEngine(tensor.read(), tensor.type, tensor.dims)]));
    } finally {
      held.forEach((tensor, i) => !outputs[i]!.stays && tensor.dispose());
    }
  }

  /** Waits for what is under way: the engine must not lose the ground it stands on. */
  release(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    this.#direct.api.release.ReleaseSession(this.#session);
    this.#operators?.release();
  }

  async #whileOpen(run: Promise<void>): Promise<void> {
    this.#underWay.add(run);
    try {
      await run;
    } finally {
      this.#underWay.delete(run);
    }
  }

  /** The process's own memory as a tensor of the engine: the caller keeps the array as long. */
  #lent({ data, dims, type }: OrtTensor): Pointer {
    const values = data as Values;
    // A small array lies among other objects, which move, until somebody asks for its buffer.
    void values.buffer;
    return made((to) => this.#direct.api.call.CreateTensorWithDataAsOrtValue(this.#direct.memory, values, values.byteLength, BigInt64Array.from(dims, BigInt), dims.length, elementTypes[type as Output['dtype']], to));
  }

  #pointers(names: readonly string[]): BigUint64Array {
    return BigUint64Array.from(names, (name) => {
      if (!this.#names.has(name)) this.#names.set(name, Buffer.from(`${name}\0`));
      return this.#direct.api.address(this.#names.get(name)!);
    });
  }
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
