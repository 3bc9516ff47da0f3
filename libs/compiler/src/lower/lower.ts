import { untraceable } from '../errors.ts';
import type { Graph, Node } from '../graph/graph.ts';
import type { Emitter } from './emitter.ts';
import { intrinsicLowerings } from './intrinsics.ts';
import { loweringTable } from './table.ts';

/** Writes every node of a graph; its inputs must be defined in the emitter. */
export function lowerNodes(graph: Graph, e: Emitter): void {
  e.enter(graph);
  for (const node of graph.nodes) lowerNode(node, e);
}

function lowerNode(node: Node, e: Emitter): void {
  if (node.kernel === 'Constant') return e.constant(node);
  const lowering = loweringTable[node.kernel] ?? intrinsicLowerings[node.kernel];
  if (lowering === undefined) throw untraceable(`no lowering for the kernel ${node.kernel}`, 'Compute it outside the function, or run with fallback: \'eager\'');
  lowering(node, e);
}
