import type { Graph } from '../graph/graph.ts';

/** A graph that computes the same with less. */
export function optimize(graph: Graph): Graph {
  return graph;
}
