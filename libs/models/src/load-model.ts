import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '@entropic-lab/protocol';
import type { io } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { networkOf } from './layered-network.ts';
import type { Network } from './network.ts';

const remedy = 'Save or convert the model again: tensorflowjs_converter --input_format keras.';

/**
 * A tf.LayersModel, or a Keras model converted to one, from `model.json` and the weight files beside it.
 * @param path of model.json, or of the folder that holds it.
 * @throws LabError BAD_WEIGHTS where a file is missing, truncated or not a layers model; INVALID_INPUT where the model
 * is not an image classifier with logits or softmax at its end.
 */
export async function loadModel(path: string, name = 'own-model'): Promise<Network> {
  const file = path.endsWith('.json') ? path : join(path, 'model.json');
  const manifest = parseManifest(await read(file), file);
  const weightSpecs = manifest.weightsManifest.flatMap((group) => group.weights);
  const shards = await Promise.all(manifest.weightsManifest.flatMap((group) => group.paths).map((shard) => read(join(dirname(file), shard))));
  const weights = Buffer.concat(shards);
  const expected = weightSpecs.reduce((sum, spec) => sum + bytesOf(spec), 0);
  if (weights.byteLength !== expected) throw bad(`${expected} bytes of weights`, `${weights.byteLength}`, file);
  const weightData = new Uint8Array(weights).buffer;
  try {
    const model = await loadLayersModel({ load: async () => ({ modelTopology: manifest.modelTopology, weightSpecs, weightData }) });
    const network = networkOf(model, name);
    await checkFinite(network, file);
    return network;
  } catch (thrown) {
    if (thrown instanceof LabError) throw thrown;
    throw bad('a model that TF.js can build', (thrown as Error).message, file, thrown);
  }
}

async function checkFinite(network: Network, file: string): Promise<void> {
  for (const [weight, tensor] of Object.entries(network.params)) {
    const wrong = (await tensor.data()).find((value) => !Number.isFinite(value));
    if (wrong === undefined) continue;
    network[Symbol.dispose]();
    throw bad('finite weights', `${wrong} in ${weight}`, file);
  }
}

interface Manifest {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly io.WeightsManifestEntry[] }[];
}

function parseManifest(bytes: Uint8Array, file: string): Manifest {
  let manifest: Partial<Manifest> & { format?: string };
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes)) as typeof manifest;
  } catch (thrown) {
    throw bad('JSON', (thrown as Error).message, file, thrown);
  }
  const { modelTopology, weightsManifest, format } = manifest;
  if (format === 'graph-model') throw bad('a layers model', 'a graph model', file);
  if (modelTopology === undefined || !Array.isArray(weightsManifest)) throw bad('modelTopology and weightsManifest', Object.keys(manifest).join(', '), file);
  return { modelTopology, weightsManifest };
}

const bytesPerValue: Readonly<Record<string, number>> = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1 };

function bytesOf({ shape, dtype, quantization }: io.WeightsManifestEntry): number {
  return shape.reduce((product, size) => product * size, 1) * (bytesPerValue[quantization?.dtype ?? dtype] ?? Number.NaN);
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (thrown) {
    throw bad('a readable file', (thrown as NodeJS.ErrnoException).code ?? String(thrown), file, thrown);
  }
}

function bad(expected: string, got: string, file: string, cause?: unknown): LabError {
  return new LabError('BAD_WEIGHTS', `[models] expected ${expected}, got ${got} (${file}). ${remedy}`, { path: file, cause });
}
