import { tensor as makeTensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import type { Dtype } from '../graph/graph.ts';
import type { HeldTensor } from './direct/session.ts';
import { onnxRuntime } from './onnxruntime.ts';

export type Values = Float32Array | Int32Array | Uint8Array;

export const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** The elements as the engine takes them. */
export function asArray(values: ArrayLike<number>, dtype: Dtype): Values {
  const array = arrays[dtype];
  return values instanceof array ? values : array.from(values);
}

/** A TF.js tensor's elements. May be the tensor's own memory: to be read, not kept. */
export async function valuesOf(tensor: Tensor): Promise<Values> {
  return asArray((await tensor.data()) as unknown as ArrayLike<number>, tensor.dtype as Dtype);
}

export function toEngine(values: Values, dtype: Dtype, shape: readonly number[]): OrtTensor {
  return new (onnxRuntime().Tensor)(dtype, values as Float32Array, shape);
}

/** A tensor as the engine takes or gives it: in the process's memory, on a card, or in the engine's own memory. */
export type EngineTensor = OrtTensor | HeldTensor;

/** The elements of one that is not on a card; of one that the engine holds, a copy. */
export function fromEngine(tensor: EngineTensor): Values {
  return tensor.location === 'engine' ? tensor.read() : (tensor.data as Values);
}

/** Frees the memory of a card or of the engine; what lies in the process's, others may hold. */
export function release(tensor: EngineTensor): void {
  if (tensor.location === 'gpu-buffer' || tensor.location === 'engine') tensor.dispose();
}

/** A new TF.js tensor on the backend in use; it takes over `values`. */
export function toTensor(values: Values, dtype: Dtype, shape: readonly number[]): Tensor {
  return makeTensor(values, [...shape], dtype);
}

/** Several tensors' elements one after another; of one alone, itself. */
export function joined(parts: readonly Values[], dtype: Dtype): Values {
  if (parts.length === 1) return parts[0]!;
  const all = new arrays[dtype](parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
