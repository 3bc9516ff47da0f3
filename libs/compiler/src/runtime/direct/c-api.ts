import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TypeObject } from 'koffi';
import { koffi as loadKoffi } from './koffi.ts';
import type { EngineFunctions } from '../../native/operator-struct.ts';

/** An address in the process. */
export type Pointer = bigint;

/** A function of ONNX Runtime's C interface: throws what its status says. */
type Call = (...args: unknown[]) => void;

/** What the compiler uses of ONNX Runtime's C interface. */
export interface CApi {
  /** Held as long as the functions are: koffi unloads a library whose object is collected, and they would call into nothing. */
  readonly library: object;
  readonly version: string;
  /** Calls that return a status, and those that return nothing. */
  readonly call: Readonly<Record<keyof typeof STATUS_FUNCTIONS, Call>>;
  readonly release: Readonly<Record<keyof typeof RELEASE_FUNCTIONS, (pointer: Pointer) => void>>;
  /** Calls that take long, on a thread of their own. What they are given is kept until they end. */
  readonly aside: Readonly<Record<keyof typeof ASIDE_FUNCTIONS, (...args: unknown[]) => Promise<void>>>;
  /** Where the functions lie that kernels in machine code call. */
  readonly functions: EngineFunctions;
  address(bytes: Buffer): Pointer;
  /** A copy of what lies there. */
  copyOf(pointer: Pointer, bytes: number): ArrayBuffer;
}

/**
 * Places in the table of functions, and their arguments (onnxruntime_c_api.h). ONNX Runtime only ever appends to the
 * table, so that places stay.
 */
const STATUS_FUNCTIONS = {
  CreateEnv: [3, 'int level, const char *name, _Out_ void **made'],
  CreateSessionOptions: [10, '_Out_ void **made'],
  SetSessionLogSeverityLevel: [22, 'void *options, int level'],
  SetSessionGraphOptimizationLevel: [23, 'void *options, int level'],
  SetIntraOpNumThreads: [24, 'void *options, int threads'],
  SetInterOpNumThreads: [25, 'void *options, int threads'],
  CreateCustomOpDomain: [26, 'const char *name, _Out_ void **made'],
  CustomOpDomain_Add: [27, 'void *domain, void *operator'],
  AddCustomOpDomain: [28, 'void *options, void *domain'],
  CreateTensorWithDataAsOrtValue: [49, 'void *memory, void *data, size_t bytes, const void *shape, size_t axes, int type, _Out_ void **made'],
  GetTensorMutableData: [51, 'void *value, _Out_ void **data'],
  GetTensorShapeElementCount: [64, 'void *shape, _Out_ size_t *count'],
  GetTensorTypeAndShape: [65, 'void *value, _Out_ void **shape'],
  CreateCpuMemoryInfo: [69, 'int allocator, int type, _Out_ void **made'],
  AddSessionConfigEntry: [130, 'void *options, const char *key, const char *value'],
} as const;
const ASIDE_FUNCTIONS = {
  CreateSessionFromArray: [8, 'void *env, const void *bytes, size_t length, void *options, _Out_ void **made'],
  Run: [9, 'void *session, void *options, void *inputNames, void *inputs, size_t inputCount, void *outputNames, size_t outputCount, void *outputs'],
} as const;
const RELEASE_FUNCTIONS = { ReleaseStatus: 93, ReleaseSession: 95, ReleaseValue: 96, ReleaseTensorTypeAndShapeInfo: 99, ReleaseSessionOptions: 100, ReleaseCustomOpDomain: 101 } as const;
const GET_ERROR_MESSAGE = 2;
/** Functions that are called by machine code of ours. */
const CALLED = { getData: 51, getInput: 90, getOutput: 91, parallelFor: 274 } as const;
const PLACES = 275;
/** From ONNX Runtime 1.20 on: nothing newer is used. */
const API_VERSION = 20;

/** The library that onnxruntime-node brings with it. */
function libraryPath(): string {
  const folder = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')), 'bin/napi-v6', process.platform, process.arch);
  const names = { linux: 'libonnxruntime.so.1', win32: 'onnxruntime.dll', darwin: 'libonnxruntime.dylib' } as Partial<Record<NodeJS.Platform, string>>;
  const path = join(folder, names[process.platform] ?? 'the library');
  if (!existsSync(path)) throw new Error(`no ${path}`);
  return path;
}

/** @throws where the library, or the means to call it, are not there. */
export async function loadCApi(): Promise<CApi> {
  const koffi = await loadKoffi();
  const library = koffi.load(libraryPath());
  const base = koffi.decode(library.func('void *OrtGetApiBase()')() as Pointer, 'void *', 2) as Pointer[];
  const api = koffi.call(base[0], koffi.proto('void *(uint32_t version)'), API_VERSION) as Pointer | null;
  if (api === null) throw new Error(`no version ${API_VERSION} of its functions`);
  const table = koffi.decode(api, 'void *', PLACES) as Pointer[];
  const bind = (place: number, proto: TypeObject) => koffi.decode(table[place], proto) as ((...args: unknown[]) => unknown) & { async: (...args: unknown[]) => void };
  const messageOf = bind(GET_ERROR_MESSAGE, koffi.proto('const char *(void *status)'));
  const released = (place: number) => bind(place, koffi.proto('void (void *pointer)')) as (pointer: Pointer) => void;
  const release = mapped(RELEASE_FUNCTIONS, released);
  const check = (status: unknown) => {
    if (status === null || status === 0n) return;
    const message = messageOf(status) as string;
    release.ReleaseStatus(status as Pointer);
    throw new Error(message);
  };
  return {
    library,
    version: koffi.call(base[1], koffi.proto('const char *()')) as string,
    call: mapped(STATUS_FUNCTIONS, ([place, args]): Call => {
      const bound = bind(place, koffi.proto(`void *(${args})`));
      return (...values) => check(bound(...values));
    }),
    release,
    aside: mapped(ASIDE_FUNCTIONS, ([place, args]) => {
      const bound = bind(place, koffi.proto(`void *(${args})`));
      return (...values: unknown[]) => new Promise<void>((resolve, reject) => bound.async(...values, (error: unknown, status: unknown) => {
        try {
          // Named here, so that nothing of it is collected while the engine works with it.
          void values;
          if (error !== null) throw error as Error;
          check(status);
          resolve();
        } catch (thrown) {
          reject(thrown as Error);
        }
      }));
    }),
    functions: mapped(CALLED, (place) => table[place]!),
    address: (bytes) => koffi.address(bytes),
    copyOf: (pointer, bytes) => koffi.view(pointer, bytes).slice(0),
  };
}

function mapped<K extends string, V, R>(record: Readonly<Record<K, V>>, make: (value: V) => R): Record<K, R> {
  return Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, make(value)])) as Record<K, R>;
}
