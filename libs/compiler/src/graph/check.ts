import { LabError } from '@entropic-lab/protocol';
import { inferOutputs } from '../kernels/infer.ts';
import { sameShape, sizeOf, type Graph, type Node, type TensorType, type Value } from './graph.ts';
import { printNode, printType } from './print.ts';

/**
 * Checks that each value is made once and before it is used, and that every node's outputs have the types its
 * kernel's shape rule says.
 * @throws LabError INTERNAL naming the node at fault.
 */
export function check(graph: Graph): Graph {
  const made = new Set<Value>(graph.inputs);
  for (const node of graph.nodes) {
    for (const value of node.inputs) if (!made.has(value)) fail(`%${value.id} is used before it is made`, node);
    checkTypes(node);
    for (const value of node.outputs) {
      if (made.has(value)) fail(`%${value.id} is made twice`, node);
      made.add(value);
    }
  }
  for (const value of graph.outputs) if (!made.has(value)) throw defect(`the output %${value.id} is never made`);
  return graph;
}

function checkTypes(node: Node): void {
  if (node.kernel === 'Constant') return checkConstant(node);
  if (node.body !== undefined) return void check(node.body);
  const inputs = Object.fromEntries(node.inputs.map((value, i) => [node.names[i], value]));
  const expected = inferOutputs(node.kernel, inputs, node.attributes);
  const agree = expected.length === node.outputs.length && expected.every((type, i) => sameType(type, node.outputs[i]!));
  if (!agree) fail(`its rule says ${expected.map(printType).join(', ')}`, node);
}

function checkConstant(node: Node): void {
  const values = node.attributes['values'];
  const size = sizeOf(node.outputs[0]!.shape);
  if (typeof values !== 'number' && (values as Float32Array).length !== size) fail(`it holds ${(values as Float32Array).length} values`, node);
}

function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

function fail(what: string, node: Node): never {
  throw defect(`${what}: ${printNode(node)}`);
}

function defect(what: string): LabError {
  return new LabError('INTERNAL', `[compiler] the graph is broken: ${what}. Please report it with DEBUG_GRAPH=2 output.`);
}
