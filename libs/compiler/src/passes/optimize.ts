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

/** Told of the graph that each pass leaves. */
type AfterPass = (name: string, graph: Graph) => void;

/** A graph that computes the same with less, checked at the end; where somebody looks at each pass, after each. */
export function optimize(graph: Graph, after?: AfterPass): Graph {
  const last = passes.reduce((now, [name, rule]) => {
    const next = rewrite(now, rule);
    after?.(name, check(next));
    return next;
  }, graph);
  return after === undefined ? check(last) : last;
}
