import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { elementTypes } from '../../onnx/model.ts';
import { threadsOf, type EngineOptions } from '../engine.ts';
import type { EngineSession, Feeds, Model, Output } from '../sessions.ts';
import { arrays, toEngine, type EngineTensor, type Values } from '../tensors.ts';
import { loadCApi, type CApi, type Pointer } from './c-api.ts';

interface Direct {
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
  return (opened ??= open());
}

async function open(): Promise<Direct | undefined> {
  const api = await loadCApi();
  if (api === undefined) return undefined;
  return { api, env: made((to) => api.call.CreateEnv(3, 'entropic-lab', to)), memory: made((to) => api.call.CreateCpuMemoryInfo(1, 0, to)) };
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
    const size = sizeOf(this.dims);
    if (size === 0) return new arrays[this.type](0);
    const data = made((to) => this.#api.call.GetTensorMutableData(this.value, to));
    return this.#api.read(data, readAs[this.type], size);
  }

  dispose(): void {
    if (this.#value !== undefined) this.#api.release.ReleaseValue(this.#value);
    this.#value = undefined;
  }
}

const readAs = { float32: 'float', int32: 'int32_t', bool: 'uint8_t' } as const;

/** A session of ONNX Runtime's processor, without its binding for Node. */
export class DirectSession implements EngineSession {
  readonly #direct: Direct;
  readonly #session: Pointer;
  /** Names as C knows them, kept as long as the session. */
  readonly #names = new Map<string, Buffer>();
  readonly #underWay = new Set<Promise<unknown>>();

  private constructor(engine: Direct, session: Pointer) {
    this.#direct = engine;
    this.#session = session;
  }

  static open(engine: Direct, { bytes }: Model, options: EngineOptions): DirectSession {
    const { call, release } = engine.api;
    const settings = made((to) => call.CreateSessionOptions(to));
    try {
      call.SetIntraOpNumThreads(settings, threadsOf(options));
      call.SetInterOpNumThreads(settings, 1);
      call.SetSessionGraphOptimizationLevel(settings, 99);
      call.SetSessionLogSeverityLevel(settings, 3);
      call.AddSessionConfigEntry(settings, 'session.intra_op.allow_spinning', '0');
      return new DirectSession(engine, made((to) => call.CreateSessionFromArray(engine.env, bytes, bytes.length, settings, to)));
    } finally {
      release.ReleaseSessionOptions(settings);
    }
  }

  async run(feeds: Feeds, outputs: readonly Output[]): Promise<Readonly<Record<string, EngineTensor>>> {
    const { api } = this.#direct;
    // All that is not the state is written to a place in the process's own memory.
    const places = outputs.map(({ stays, dtype, dims }) => (stays ? undefined : toEngine(new arrays[dtype](sizeOf(dims)), dtype, dims)));
    const lent: Pointer[] = [];
    const valueOf = (tensor: EngineTensor): Pointer => {
      if (tensor.location === 'engine') return tensor.value;
      lent.push(this.#lent(tensor));
      return lent.at(-1)!;
    };
    const results = BigUint64Array.from(outputs, () => 0n);
    try {
      const inputs = BigUint64Array.from(Object.values(feeds), valueOf);
      places.forEach((place, i) => place !== undefined && (results[i] = valueOf(place)));
      const [inputNames, outputNames] = [this.#pointers(Object.keys(feeds)), this.#pointers(outputs.map(({ name }) => name))];
      await this.#whileOpen(api.run([this.#session, null, inputNames, inputs, inputs.length, outputNames, outputs.length, results]));
      return Object.fromEntries(outputs.map((output, i) => [output.name, places[i] ?? new HeldTensor(api, results[i]!, output)]));
    } finally {
      lent.forEach((value) => api.release.ReleaseValue(value));
      // Named here, so that none of it is collected while the engine works with it.
      keptUntilNow(feeds, places, results);
    }
  }

  /** Waits for what is under way: the engine must not lose the ground it stands on. */
  async release(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    this.#direct.api.release.ReleaseSession(this.#session);
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

function keptUntilNow(...things: readonly unknown[]): void {
  void things;
}
