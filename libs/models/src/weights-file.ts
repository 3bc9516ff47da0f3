import { LabError } from '@entropic-lab/protocol';
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Network, Params } from './network.ts';
import { checkParams } from './params.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { isFloating, toFloat32, type TensorArray } from './tensor-array.ts';

/** Weights as safetensors bytes, float32, bit for bit. */
export async function paramsToBytes(params: Params, metadata: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
  const entries = await Promise.all(Object.entries(params).map(async ([name, value]) => [name, await toArray(value)] as const));
  return writeSafetensors({ tensors: Object.fromEntries(entries), metadata });
}

/**
 * Puts weights from safetensors bytes into a network.
 * @param file for messages.
 * @throws LabError BAD_WEIGHTS where the file is damaged, holds other names, shapes or types, or a number that is not
 * finite. The network is then unchanged.
 */
export function loadParams(network: Network, bytes: Uint8Array, file = 'weights'): void {
  const { tensors } = readSafetensors(bytes, file);
  const shapes = Object.fromEntries(Object.entries(network.params).map(([name, { shape }]) => [name, shape]));
  checkParams(tensors, shapes, network.name);
  const read: Record<string, Tensor> = {};
  for (const [name, array] of Object.entries(tensors)) read[name] = tensor(finiteFloats(name, array, file), [...array.shape]);
  network.setParams(read);
  Object.values(read).forEach((value) => value.dispose());
}

/** A tensor's values on the host. */
export async function toArray(value: Tensor): Promise<TensorArray> {
  const values = await value.data();
  if (values instanceof Float32Array) return { dtype: 'F32', shape: value.shape, values };
  if (values instanceof Int32Array) return { dtype: 'I32', shape: value.shape, values };
  throw new LabError('INTERNAL', `[models] expected a float32 or int32 tensor, got ${value.dtype}.`);
}

function finiteFloats(name: string, array: TensorArray, file: string): Float32Array {
  if (!isFloating(array.dtype)) {
    throw new LabError('BAD_WEIGHTS', `[models] expected F32 or F64 for ${name}, got ${array.dtype} (${file}). Save the weights as float32.`);
  }
  const values = toFloat32(array);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new LabError('BAD_WEIGHTS', `[models] expected finite weights, got ${values[at]} at place ${at} of ${name} (${file}). Take weights from before the training diverged.`);
  return values;
}
