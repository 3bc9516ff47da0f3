import { checkProvider, compiledRunner, type Provider } from '@entropic-lab/compiler';
import { eagerRunner, type BackendName, type Runner } from '@entropic-lab/tensor';
import { backend } from '@tensorflow/tfjs-core';
import type { EngineName } from '../ipc.ts';

export interface Opening {
  /** Is told once for each function that cannot be compiled, with the operation and a remedy. */
  readonly onNote: (note: string) => void;
  /** To compute with on the processor; undefined: as many as there are cores. Eager engines have their own number. */
  readonly threads: number | undefined;
}

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
   * @throws LabError NO_ENGINE where it does not start, or computes something else.
   */
  readonly open: (asked: Opening) => Promise<Runner>;
  /** Whether it computes on the graphics card; asked once it is open. */
  readonly onCard: () => boolean;
}

export const engineWays: Readonly<Record<Exclude<EngineName, 'auto'>, EngineWay>> = {
  'compiled-cuda': {
    title: 'compiled, ONNX Runtime on CUDA',
    backend: 'wasm',
    package: 'onnxruntime-node',
    remedy: 'on Linux with an NVIDIA card, CUDA 12 and cuDNN 9: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --ignore-scripts=false',
    open: ({ onNote, threads }) => compiled('cuda', { onNote, threads }),
    onCard: () => true,
  },
  'compiled-webgpu': {
    title: 'compiled, ONNX Runtime on WebGPU',
    backend: 'wasm',
    package: 'onnxruntime-node',
    remedy: "nothing to install but the card's driver with Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows)",
    open: ({ onNote, threads }) => compiled('webgpu', { onNote, threads }),
    onCard: () => true,
  },
  compiled: {
    title: 'compiled, ONNX Runtime on the processor',
    backend: 'wasm',
    package: 'onnxruntime-node',
    remedy: 'npm rebuild onnxruntime-node',
    open: ({ onNote, threads }) => compiled('cpu', { onNote, threads }),
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

async function compiled(provider: Provider, { onNote, threads }: Opening): Promise<Runner> {
  await checkProvider({ provider });
  return compiledRunner({ provider, ...(threads === undefined ? {} : { threads }), fallback: 'eager', onFallback: onNote });
}
