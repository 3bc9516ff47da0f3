import { check } from '../graph/check.ts';
import type { Graph } from '../graph/graph.ts';
import { fuseBias } from './fuse.ts';
import { rewrite, type Rule } from './rewrite.ts';
import { simplify } from './simplify.ts';

/** The passes, in the order they run. */
export const passes: readonly (readonly [name: string, rule: Rule])[] = [
  ['simplify', simplify],
  ['simplify again', simplify],
  ['bias', fuseBias],
];

/** A graph that computes the same with less. Each pass leaves a graph that is checked. */
export function optimize(graph: Graph): Graph {
  return passes.reduce((now, [, rule]) => check(rewrite(now, rule)), graph);
}
