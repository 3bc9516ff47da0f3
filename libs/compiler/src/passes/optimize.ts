import { check } from '../graph/check.ts';
import type { Graph } from '../graph/graph.ts';
import { fuseBias, fuseRelu } from './fuse.ts';
import { maskBelowPool, maskOnce } from './masks.ts';
import { rewrite, type Rule } from './rewrite.ts';
import { simplify } from './simplify.ts';

/** The passes, in the order they run. The second round sees what the first made of a node's readers. */
export const passes: readonly (readonly [name: string, rule: Rule])[] = [
  ['simplify', simplify],
  ['simplify again', simplify],
  ['masks once', maskOnce],
  ['masks below pools', maskBelowPool],
  ['bias', fuseBias],
  ['activation', fuseRelu],
];

/** A graph that computes the same with less. Each pass leaves a graph that is checked, and then told to `after`. */
export function optimize(graph: Graph, after: (name: string, graph: Graph) => void = () => {}): Graph {
  return passes.reduce((now, [name, rule]) => {
    const next = check(rewrite(now, rule));
    after(name, next);
    return next;
  }, graph);
}
