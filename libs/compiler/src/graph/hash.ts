import { createHash } from 'node:crypto';
import type { Graph, Value } from './graph.ts';
import { printNode, printType } from './print.ts';

/** Equal for graphs that compute the same by the same nodes, whatever their values are numbered. */
export function hashGraph(graph: Graph): string {
  const hash = createHash('sha1');
  const numbers = new Map<Value, number>();
  const rename = (value: Value): Value => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return { ...value, id: numbers.get(value)! };
  };
  hash.update(graph.inputs.map((value) => printType(rename(value))).join());
  for (const node of graph.nodes) {
    hash.update(printNode({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
    for (const value of Object.values(node.attributes)) if (ArrayBuffer.isView(value)) hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  hash.update(graph.outputs.map((value) => rename(value).id).join());
  return hash.digest('hex');
}
