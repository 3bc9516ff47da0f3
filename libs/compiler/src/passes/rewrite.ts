import { GraphBuilder } from '../graph/builder.ts';
import { useCounts, type Graph, type Node, type Value } from '../graph/graph.ts';

/** A node in the graph under construction. */
export interface Site {
  readonly node: Node;
  readonly builder: GraphBuilder;
  /** How often a value of the graph under construction is read, by the nodes of the old graph. */
  reads(value: Value): number;
}

/** What a node is replaced by; undefined keeps it. */
export type Rule = (site: Site) => readonly Value[] | undefined;

/** Rebuilds a graph node by node, each as `rule` says. Equal nodes become one on the way. */
export function rewrite(graph: Graph, rule: Rule): Graph {
  const builder = new GraphBuilder();
  const now = new Map<Value, Value>();
  const oldReads = useCounts(graph);
  const newReads = new Map<Value, number>();
  const stand = (old: Value, value: Value) => {
    now.set(old, value);
    newReads.set(value, (newReads.get(value) ?? 0) + (oldReads.get(old) ?? 0));
  };
  graph.inputs.forEach((value) => stand(value, builder.input(value)));
  const reads = (value: Value) => newReads.get(value) ?? 0;
  for (const old of graph.nodes) {
    const node = { ...old, inputs: old.inputs.map((value) => now.get(value)!) };
    const outputs = rule({ node, builder, reads }) ?? keep(builder, node);
    old.outputs.forEach((value, i) => stand(value, outputs[i]!));
  }
  return sweep(builder.finish(graph.outputs.map((value) => now.get(value)!)));
}

/** The node as it is, in the graph under construction. */
export function keep(builder: GraphBuilder, node: Node): readonly Value[] {
  const inputs = Object.fromEntries(node.inputs.map((value, i) => [node.names[i]!, value]));
  return builder.emit(node.kernel, inputs, node.attributes, node.outputs, node.body);
}

/** Without the nodes that no output needs. */
export function sweep(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs);
  const kept: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((value) => needed.has(value))) continue;
    kept.push(node);
    node.inputs.forEach((value) => needed.add(value));
  }
  return { ...graph, nodes: kept.reverse() };
}
