import { compiledRunner } from '@entropic-lab/compiler';
import { LabError } from '@entropic-lab/protocol';
import { eagerRunner, prepareBackend, type BackendName, type Runner } from '@entropic-lab/tensor';
import { cpus } from 'node:os';
import type { Equipment } from '../ipc.ts';

export interface Engine {
  readonly runner: Runner;
  /** The device in words, as recorded with results. */
  readonly device: string;
}

export interface EngineWay {
  readonly engine: Exclude<Equipment['engine'], 'auto'>;
  readonly title: string;
  /** TF.js backend that holds tensors between calls, and runs what cannot be compiled. */
  readonly backend: BackendName;
  /** @param onNote is told once for each function that cannot be compiled, with the operation and a remedy. */
  readonly open: (onNote: (note: string) => void) => Runner;
}

/** Every engine, in the order in which `auto` tries them. */
export const engineWays: readonly EngineWay[] = [
  { engine: 'compiled', title: 'compiled, ONNX Runtime on the CPU', backend: 'wasm', open: (onNote) => compiledRunner({ fallback: 'eager', onFallback: onNote }) },
  { engine: 'tensorflow', title: 'eager TF.js on libtensorflow', backend: 'tensorflow', open: () => eagerRunner() },
  { engine: 'wasm', title: 'eager TF.js on WASM', backend: 'wasm', open: () => eagerRunner() },
  { engine: 'cpu', title: 'eager TF.js in JavaScript', backend: 'cpu', open: () => eagerRunner() },
];

/**
 * The engine asked for; for `auto` the first that starts.
 * @throws LabError NO_ENGINE with what each way said.
 */
export async function openEngine(asked: Equipment['engine'], onNote: (note: string) => void): Promise<Engine> {
  const refusals: string[] = [];
  for (const way of engineWays) {
    if (asked !== 'auto' && asked !== way.engine) continue;
    try {
      await prepareBackend(way.backend);
      return { runner: way.open(onNote), device: deviceName() };
    } catch (error) {
      refusals.push(`${way.engine}: ${LabError.from(error).message}`);
    }
  }
  throw new LabError('NO_ENGINE', `[worker] expected an engine that starts, got ${refusals.join('; ')}. \`entropic doctor\` says what is missing.`);
}

function deviceName(): string {
  const processors = cpus();
  return `${processors[0]?.model.trim() ?? 'unknown processor'} (${processors.length} threads)`;
}
