import { LabError } from '@entropic-lab/protocol';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import './gradients.ts';
import { registerWasmKernels } from './wasm-kernels.ts';
import { loadWebGpu } from './webgpu-backend.ts';

/** TF.js backends for Node. `webgpu` is Dawn, from the optional package webgpu. `tensorflow` is libtensorflow, from the optional packages tfjs-node-gpu or tfjs-node. */
export const backendNames = ['cpu', 'wasm', 'tensorflow', 'webgpu'] as const;
export type BackendName = (typeof backendNames)[number];

/**
 * Loads a TF.js backend, completes its kernels and makes it the current one.
 * @throws LabError NO_ENGINE where it is not there, with how to get it.
 */
export async function prepareBackend(name: BackendName): Promise<void> {
  await loaders[name]();
  let started: boolean;
  try {
    started = await setBackend(name);
  } catch (error) {
    throw unavailable(name, `it failed to start: ${message(error)}`, error);
  }
  if (!started) throw unavailable(name, 'it failed to start');
  await ready();
  if (name === 'wasm') registerWasmKernels();
}

const loaders: Readonly<Record<BackendName, () => Promise<void>>> = {
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
  },
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    // A second call with the backend already up is refused by TF.js, and has nothing to do.
    if (!wasmFound) setWasmPaths(dirname(entry) + sep);
    wasmFound = true;
  },
  tensorflow: async () => {
    const problems: string[] = [];
    for (const packageName of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
      try {
        await import(packageName);
        return;
      } catch (error) {
        problems.push(`${packageName}: ${message(error).split('\n')[0]}`);
      }
    }
    throw unavailable('tensorflow', problems.join('; '));
  },
  webgpu: async () => {
    try {
      await loadWebGpu();
    } catch (error) {
      throw unavailable('webgpu', message(error).split('\n')[0]!, error);
    }
  },
};

let wasmFound = false;

const remedies: Readonly<Record<BackendName, string>> = {
  cpu: 'Install @tensorflow/tfjs-backend-cpu.',
  wasm: 'Install @tensorflow/tfjs-backend-wasm, or use cpu.',
  webgpu: 'Install webgpu and @tensorflow/tfjs-backend-webgpu on a machine with Vulkan, Metal or Direct3D 12, or use wasm.',
  tensorflow: 'Install @tensorflow/tfjs-node-gpu where its download of libtensorflow is allowed (Node below 23), or use wasm.',
};

function unavailable(name: BackendName, why: string, cause?: unknown): LabError {
  return new LabError('NO_ENGINE', `[backend] expected the TF.js backend ${name}, but ${why}. ${remedies[name]}`, { cause });
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
