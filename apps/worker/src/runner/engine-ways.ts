import { checkProvider, compiledRunner, type CompiledRunnerOptions } from '@entropic-lab/compiler';
import { eagerRunner, type BackendName, type Runner } from '@entropic-lab/tensor';
import { backend } from '@tensorflow/tfjs-core';
import type { EngineName } from '../ipc.ts';

type OnNote = (note: string) => void;

/** One way to compute. */
export interface EngineWay {
  readonly title: string;
  /** TF.js backend that holds tensors between calls, and runs what cannot be compiled. */
  readonly backend: BackendName;
  /** The npm package whose version counts. */
  readonly package: string;
  /** What to type or to install where it is missing. */
  readonly remedy: string;
  /**
   * Called with the backend ready.
   * @param onNote is told once for each function that cannot be compiled, with the operation and a remedy.
   * @throws LabError NO_ENGINE where it does not start, or computes something else.
   */
  readonly open: (onNote: OnNote) => Promise<Runner>;
  /** Whether it computes on the graphics card; asked once it is open. */
  readonly onCard: () => boolean;
}

export const engineWays: Readonly<Record<Exclude<EngineName, 'auto'>, EngineWay>> = {
  'compiled-cuda': {
    title: 'compiled, ONNX Runtime on CUDA',
    backend: 'wasm',
    package: 'onnxruntime-node',
    remedy: 'on Linux with an NVIDIA card, CUDA 12 and cuDNN 9: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false',
    open: (onNote) => compiled('cuda', onNote),
    onCard: () => true,
  },
  'compiled-webgpu': {
    title: 'compiled, ONNX Runtime on WebGPU',
    backend: 'wasm',
    package: 'onnxruntime-node',
    remedy: "nothing to install but the card's driver with Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows)",
    open: (onNote) => compiled('webgpu', onNote),
    onCard: () => true,
  },
  compiled: {
    title: 'compiled, ONNX Runtime on the processor',
    backend: 'wasm',
    package: 'onnxruntime-node',
    remedy: 'npm rebuild onnxruntime-node',
    open: (onNote) => compiled('cpu', onNote),
    onCard: () => false,
  },
  tensorflow: {
    title: 'eager TF.js on libtensorflow',
    backend: 'tensorflow',
    package: '@tensorflow/tfjs-node-gpu',
    remedy: 'npm install @tensorflow/tfjs-node-gpu, where its download of libtensorflow is allowed; Node below 23, for a card CUDA 11',
    open: eager,
    onCard: () => (backend() as { readonly isUsingGpuDevice?: boolean }).isUsingGpuDevice === true,
  },
  webgpu: {
    title: 'eager TF.js on WebGPU',
    backend: 'webgpu',
    package: 'webgpu',
    remedy: 'npm install webgpu @tensorflow/tfjs-backend-webgpu',
    open: eager,
    onCard: () => true,
  },
  wasm: { title: 'eager TF.js on WASM', backend: 'wasm', package: '@tensorflow/tfjs-backend-wasm', remedy: 'npm install @tensorflow/tfjs-backend-wasm', open: eager, onCard: () => false },
  cpu: { title: 'eager TF.js in JavaScript', backend: 'cpu', package: '@tensorflow/tfjs-backend-cpu', remedy: 'npm install @tensorflow/tfjs-backend-cpu', open: eager, onCard: () => false },
};

function eager(): Promise<Runner> {
  return Promise.resolve(eagerRunner());
}

async function compiled(provider: NonNullable<CompiledRunnerOptions['provider']>, onNote: OnNote): Promise<Runner> {
  await checkProvider({ provider });
  return compiledRunner({ provider, fallback: 'eager', onFallback: onNote });
}
