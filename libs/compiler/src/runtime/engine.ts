import { availableParallelism } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';

/** Who computes in ONNX Runtime: its execution providers. */
export type Provider = 'cpu' | 'webgpu' | 'cuda';

export interface EngineOptions {
  /** Default `cpu`. */
  readonly provider?: Provider;
  /** Threads within an operator. Default: as many as ONNX Runtime finds cores. */
  readonly threads?: number;
  /**
   * How the processor's ONNX Runtime is called. Default `direct`: by its C interface, where its library and the means to
   * call it are there; else, and with `node`, by its binding for Node.
   */
  readonly binding?: 'direct' | 'node';
  /**
   * Whether some operators are computed by machine code of ours, where this machine (x86-64 with AVX2 or AVX-512, Linux)
   * can. Default true; with false, with MACHINE_CODE=off in the environment, and elsewhere, ONNX Runtime's operators compute all.
   */
  readonly machineCode?: boolean;
}

/** How many threads the engine computes with. */
export function threadsOf({ threads = 0 }: EngineOptions): number {
  return threads > 0 ? threads : availableParallelism();
}

export function sessionOptions({ provider = 'cpu', threads = 0 }: EngineOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Threads that wait by spinning take the time of whoever shares the machine; the option's value is a string.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}
