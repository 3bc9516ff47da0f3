import type { OnnxGraph, OnnxNode, OnnxTensor } from './model.ts';

/** Since opset 18 these take their axes as an input. ReduceSum does since 13. */
const reductions = new Set(['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceProd']);

/**
 * The graph in operators of opset 17, which tools of 2022 read (Debian 12's onnx 1.12 among them). Undefined where it
 * needs what came with 18: axes that are computed, a Pad of some axes, a Split into a number of parts, ScatterElements
 * or ScatterND that keep the larger or smaller, loops.
 */
export function asOpset17(graph: OnnxGraph): OnnxGraph | undefined {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const nodes = graph.nodes.map((node) => older(node, constants));
  if (!nodes.every((node) => node !== undefined)) return undefined;
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  return { ...graph, nodes, initializers: graph.initializers.filter(({ name }) => used.has(name)) };
}

function older(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): OnnxNode | undefined {
  const { op, inputs, attributes } = node;
  if (Object.values(attributes).some((value) => typeof value === 'object' && 'graph' in value)) return undefined;
  if (op === 'Pad' && inputs.length > 3) return undefined;
  if (op === 'Split' && attributes['num_outputs'] !== undefined) return undefined;
  if (op.startsWith('Scatter') && (attributes['reduction'] === 'max' || attributes['reduction'] === 'min')) return undefined;
  if (!reductions.has(op) || inputs.length < 2) return node;
  const axes = constants.get(inputs[1]!);
  return axes === undefined ? undefined : { ...node, inputs: [inputs[0]!], attributes: { ...attributes, axes: [...new BigInt64Array(axes.data.slice().buffer)].map(Number) } };
}
