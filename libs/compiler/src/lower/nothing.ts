import { sizeOf } from '../graph/graph.ts';
import type { Lowering, LoweringTable } from './emitter.ts';

/**
 * Of operands without elements, such as a batch of none, the result is zeros, or nothing. The engine's own convolutions
 * of no channels never end.
 */
export function orNothing(lowering: Lowering): Lowering {
  return (node, e) => {
    if ([...node.inputs, ...node.outputs].every(({ shape }) => sizeOf(shape) > 0)) return lowering(node, e);
    for (const output of node.outputs) e.def(output, e.one('Expand', [e.blocks.constant([0], output.dtype, [1]), e.ints(...output.shape)]));
  };
}

export function allOrNothing(rows: LoweringTable): LoweringTable {
  return Object.fromEntries(Object.entries(rows).map(([kernel, lowering]) => [kernel, orNothing(lowering)]));
}
