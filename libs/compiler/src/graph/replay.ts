import { engine, tensor, tidy, type NamedAttrMap, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import { intrinsics } from '../kernels/intrinsics.ts';
import { sizeOf, type Dtype, type Graph, type Node, type Value } from './graph.ts';

/** Runs a graph kernel by kernel in eager TF.js, on the backend in use: what it means, and what passes must keep. */
export function replay(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  return tidy(() => {
    const values = new Map<Value, Tensor>(graph.inputs.map((value, i) => [value, inputs[i]!]));
    for (const node of graph.nodes) {
      const outputs = node.kernel === 'Constant' ? [constant(node)] : runKernel(node, values);
      node.outputs.forEach((value, i) => values.set(value, outputs[i]!));
    }
    return graph.outputs.map((value) => values.get(value)!.clone());
  });
}

function runKernel(node: Node, values: ReadonlyMap<Value, Tensor>): Tensor[] {
  const tensors = node.inputs.map((value) => values.get(value)!);
  if (node.body !== undefined) return replay(node.body, tensors);
  const own = intrinsics[node.kernel];
  if (own !== undefined) return own(tensors, node);
  const inputs = node.names[0] === '0' ? tensors : Object.fromEntries(node.names.map((name, i) => [name, tensors[i]!]));
  const result = engine().runKernel(node.kernel, inputs as unknown as NamedTensorMap, node.attributes as unknown as NamedAttrMap);
  return Array.isArray(result) ? result : [result as Tensor];
}

function constant(node: Node): Tensor {
  const { shape, dtype } = node.outputs[0]!;
  return tensor(constantValues(node) as Float32Array, [...shape], dtype);
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } satisfies Record<Dtype, unknown>;

/** All the elements of a Constant node. */
export function constantValues(node: Node): Float32Array | Int32Array | Uint8Array {
  const { shape, dtype } = node.outputs[0]!;
  const values = node.attributes['values'];
  const full = new arrays[dtype](sizeOf(shape));
  if (typeof values === 'number') full.fill(values);
  else full.set(values as unknown as ArrayLike<number>);
  return full;
}
