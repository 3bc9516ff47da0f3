import type { TypedArray } from '@tensorflow/tfjs-core';

/** The dtypes a compiled function may use. */
export type Dtype = 'float32' | 'int32' | 'bool';

export interface TensorType {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

/** One tensor of a graph, made once (by an input or a node) and never changed. */
export interface Value extends TensorType {
  readonly id: number;
}

export type Attribute = number | string | boolean | readonly Attribute[] | TypedArray;
export type Attributes = Readonly<Record<string, Attribute>>;

/**
 * One TF.js kernel call. `names[i]` is the TF.js name of `inputs[i]`: `x`, `filter`; or `0`, `1`, ... for the kernels
 * that take a list. The kernel `Constant` has no inputs and one attribute: `values`, a typed array in TF.js order, or
 * one number that stands for every element.
 */
export interface Node {
  readonly kernel: string;
  readonly inputs: readonly Value[];
  readonly names: readonly string[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  /** What a Region computes of each chunk of its operands. */
  readonly body?: Graph | undefined;
}

/** A pure function in SSA form: nodes in an order in which each uses only what is made before it. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly Value[];
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, dim) => size * dim, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** The input of a node by its TF.js name; undefined where an optional one is absent. */
export function inputOf(node: Node, name: string): Value | undefined {
  const index = node.names.indexOf(name);
  return index < 0 ? undefined : node.inputs[index];
}

/** The node that makes each value. Inputs of the graph have none. */
export function producers(graph: Graph): Map<Value, Node> {
  const made = new Map<Value, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) made.set(output, node);
  return made;
}

/** How often each value is read, by nodes and as an output of the graph. */
export function useCounts(graph: Graph): Map<Value, number> {
  const counts = new Map<Value, number>();
  const count = (value: Value) => counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const node of graph.nodes) node.inputs.forEach(count);
  graph.outputs.forEach(count);
  return counts;
}
