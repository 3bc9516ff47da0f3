import { ALIKE } from '../layout/assign.ts';
import { producers, sameShape, sizeOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { Groups } from '../layout/groups.ts';

/**
 * State leaves of one shape that are updated together, element by element: a weight and what its optimizer remembers
 * of it. `nodes` compute the updates, in order; `leaves` are the other values of that shape they start from.
 */
export interface Cone {
  readonly states: readonly number[];
  readonly shape: readonly number[];
  readonly nodes: readonly Node[];
  readonly leaves: readonly Value[];
  /** Equal for cones that do the same to other values. */
  readonly text: string;
}

function isElementwise(node: Node, shape: readonly number[]): boolean {
  const fits = (value: Value) => value.dtype === 'float32' && (sameShape(value.shape, shape) || sizeOf(value.shape) === 1);
  return ALIKE.has(node.kernel) && node.outputs.length === 1 && sameShape(node.outputs[0]!.shape, shape) && [...node.inputs, ...node.outputs].every(fits);
}

/** The elementwise nodes between a value and what is not computed element by element. */
function nodesBehind(value: Value, made: ReadonlyMap<Value, Node>): Set<Node> {
  const found = new Set<Node>();
  const visit = (current: Value) => {
    const node = made.get(current);
    if (node === undefined || found.has(node) || !isElementwise(node, value.shape)) return;
    found.add(node);
    node.inputs.forEach(visit);
  };
  visit(value);
  return found;
}

/** The cones of a step's graph, whose first `count` inputs and outputs are its state. */
export function cones(graph: Graph, count: number): Cone[] {
  const made = producers(graph);
  const states = graph.inputs.slice(0, count);
  const behind = states.map((_, i) => nodesBehind(graph.outputs[i]!, made));
  const groups = new Groups<number>();
  const owner = new Map<Node, number>();
  const updated = states.map((_, i) => i).filter((i) => behind[i]!.size > 0 && sizeOf(states[i]!.shape) > 1);
  const placeOf = new Map(updated.map((i) => [states[i]!, i]));
  for (const i of updated) {
    groups.of(i);
    for (const node of behind[i]!) {
      const first = owner.get(node);
      if (first === undefined) owner.set(node, i);
      else groups.join(i, first);
      node.inputs.map((value) => placeOf.get(value)).forEach((j) => j !== undefined && groups.join(i, j));
    }
  }
  const roots = [...new Set(updated.map((i) => groups.of(i)))];
  return roots.map((root) => coneOf(graph, updated.filter((i) => groups.of(i) === root), { behind, made })).filter((cone) => cone !== undefined);
}

interface Known {
  /** For each state leaf, the nodes that compute its update. */
  readonly behind: readonly ReadonlySet<Node>[];
  readonly made: ReadonlyMap<Value, Node>;
}

function coneOf(graph: Graph, members: readonly number[], { behind, made }: Known): Cone | undefined {
  const { shape } = graph.inputs[members[0]!]!;
  if (!members.every((i) => sameShape(graph.inputs[i]!.shape, shape))) return undefined;
  const inCone = new Set(members.flatMap((i) => [...behind[i]!]));
  const nodes = graph.nodes.filter((node) => inCone.has(node));
  const names = new Map<Value, string>(members.map((i, k) => [graph.inputs[i]!, `s${k}`]));
  const leaves: Value[] = [];
  const nameOf = (value: Value): string => {
    if (names.has(value)) return names.get(value)!;
    if (sizeOf(value.shape) === 1) return scalarName(value, made);
    leaves.push(value);
    names.set(value, `g${leaves.length - 1}`);
    return names.get(value)!;
  };
  const lines = nodes.map((node, k) => {
    const operands = node.inputs.map((value, i) => `${node.names[i]}=${nameOf(value)}`);
    names.set(node.outputs[0]!, `n${k}`);
    return `${node.kernel}(${operands.join()})${JSON.stringify(node.attributes)}`;
  });
  const outputs = members.map((i) => names.get(graph.outputs[i]!) ?? '?');
  if (outputs.includes('?')) return undefined;
  return { states: members, shape, nodes, leaves, text: `${lines.join(';')}->${outputs.join()}` };
}

function scalarName(value: Value, made: ReadonlyMap<Value, Node>): string {
  const node = made.get(value);
  const number = node?.kernel === 'Constant' ? node.attributes['values'] : undefined;
  return typeof number === 'number' ? `c${number}` : `v${value.id}`;
}
