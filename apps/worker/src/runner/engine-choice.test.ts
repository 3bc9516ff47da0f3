import Module from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Device } from '../devices/device.ts';
import type { Engine } from './engine.ts';

/** Packages that a machine may have or lack. */
const optional = ['onnxruntime-node', '@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', 'webgpu', '@tensorflow/tfjs-backend-webgpu'] as const;
type Optional = (typeof optional)[number];

const card: Device = { id: 'gpu:0', vendor: 'amd', name: 'a card' };
const processor: Device = { id: 'cpu', vendor: 'cpu', name: 'a processor' };
/** ONNX Runtime is real, and so is that its providers for a card do not start here, whose Vulkan is pointed at nothing. */
process.env['VK_ICD_FILENAMES'] = '/nowhere';

const loader = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
const load = loader._load.bind(Module);

afterEach(() => vi.restoreAllMocks());

/**
 * Opens what `auto` takes in a process that has these optional packages alone. TF.js for libtensorflow and for WebGPU cannot
 * be installed here: modules with their names register backends with theirs, which compute by the CPU backend. What is
 * absent fails as Node fails at a package that is not there.
 */
async function choice(present: ReadonlySet<Optional>, device: Device, adapter: object | null = {}): Promise<Engine & { readonly name: string }> {
  vi.resetModules();
  const tf = await import('@tensorflow/tfjs-core');
  const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu');
  const backend = (name: string) => () => {
    if (tf.findBackendFactory(name) !== null) tf.removeBackend(name);
    tf.registerBackend(name, () => new MathBackendCPU());
    return {};
  };
  const fakes: Readonly<Record<Exclude<Optional, 'onnxruntime-node'>, () => object>> = {
    '@tensorflow/tfjs-node-gpu': backend('tensorflow'),
    '@tensorflow/tfjs-node': backend('tensorflow'),
    webgpu: () => ({ create: () => ({ requestAdapter: () => Promise.resolve(adapter) }), globals: {} }),
    '@tensorflow/tfjs-backend-webgpu': backend('webgpu'),
  };
  for (const [name, fake] of Object.entries(fakes)) vi.doMock(name, present.has(name as Optional) ? fake : () => absent(name));
  vi.restoreAllMocks();
  // What replaces TF.js's own kernels of WASM is registered again by each copy of our module, and TF.js remarks on it.
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(loader, '_load').mockImplementation((request, ...rest) => (request === 'onnxruntime-node' && !present.has(request) ? absent(request) : load(request, ...rest)));
  const { openEngine } = await import('./engine.ts');
  const opened = await openEngine({ engine: 'auto', device: device.id, found: device }, () => {});
  await opened.runner[Symbol.asyncDispose]();
  return { ...opened, name: opened.runner.name };
}

function absent(name: string): never {
  throw new Error(`Cannot find package '${name}'`);
}

/** What the order of the engines says of it, in words of its own. */
function expected(present: ReadonlySet<Optional>, onCard: boolean): string {
  const libtensorflow = present.has('@tensorflow/tfjs-node-gpu') || present.has('@tensorflow/tfjs-node');
  const dawn = present.has('webgpu') && present.has('@tensorflow/tfjs-backend-webgpu');
  const compiled = present.has('onnxruntime-node');
  if (onCard) return libtensorflow ? 'eager-tensorflow' : dawn ? 'eager-webgpu' : compiled ? 'compiled-cpu' : 'eager-wasm';
  return compiled ? 'compiled-cpu' : libtensorflow ? 'eager-tensorflow' : 'eager-wasm';
}

describe('the engine that a process opens', () => {
  it('is the best of what is installed, for every combination of packages that may be absent', { timeout: 300_000 }, async () => {
    for (let mask = 0; mask < 2 ** optional.length; mask++) {
      const present = new Set(optional.filter((_, i) => (mask >> i) % 2 === 1));
      for (const device of [card, processor]) {
        const { name } = await choice(present, device);
        expect(name, `${[...present].join()} on ${device.name}`).toBe(expected(present, device === card));
      }
    }
  });

  it('is the next where a package is there and what it drives is not', async () => {
    const dawn = new Set<Optional>(['webgpu', '@tensorflow/tfjs-backend-webgpu']);
    expect((await choice(dawn, card)).name).toBe('eager-webgpu');
    expect((await choice(dawn, card, null)).name).toBe('eager-wasm');
  });

  it('tells on what it computes, not on what was asked for', async () => {
    expect(await choice(new Set(['webgpu', '@tensorflow/tfjs-backend-webgpu']), card)).toMatchObject({ device: 'a card', hardware: { device: 'gpu' } });
    expect((await choice(new Set(['onnxruntime-node']), card)).hardware.device).toBe('cpu');
  });
});
