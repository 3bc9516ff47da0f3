import { createHash } from 'node:crypto';
import { elementwise, fits } from '../../native/elementwise/elementwise.ts';
import { NATIVE_DOMAIN, type NativeKernel } from '../../native/kernel.ts';
import type { VectorSet } from '../../native/x64/assembler.ts';
import { namesRead, type Name, type NodeList } from '../../onnx/blocks.ts';
import type { OnnxNode, OnnxTensor } from '../../onnx/model.ts';
import { inferFacts, sizeOf, type FactOf } from './facts.ts';
import { groupProgram, type GroupProgram, type Member, type Surroundings } from './group-program.ts';
import { groupsOf } from './groups.ts';
import { stepOf, type ElementStep } from './steps.ts';

export interface FusionOptions {
  readonly vectorSet: VectorSet;
  readonly threads: number;
  /** What is known of tensors beside the nodes. */
  readonly factOf: FactOf;
  /** Takes a kernel that the new nodes use. */
  readonly add: (kernel: NativeKernel) => void;
}

/** From this many elements on, another thread is worth waking for each. */
const PER_THREAD = 65_536;
/** Single operators that are faster in machine code of ours. */
const ALONE = new Set(['Log']);

/** The same list of nodes, with elementwise ones that follow one another as single operators in machine code. */
export function fuseElementwise({ nodes, initializers, outputs }: NodeList, options: FusionOptions): readonly OnnxNode[] {
  const factOf = inferFacts(nodes, initializers, options.factOf);
  const steps = nodes.map((node) => stepOf(node, factOf, initializers));
  const readers = readersOf(nodes);
  const made = new Map(nodes.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)));
  const members = (group: readonly number[]): Member[] => group.map((i) => ({ node: nodes[i]!, step: steps[i]! }));
  const programOf = (group: readonly number[]): GroupProgram | undefined => {
    const isRead = (name: Name) => outputs.includes(name) || (readers.get(name) ?? []).some((reader) => !group.includes(reader));
    const surroundings: Surroundings = { factOf, initializers, isRead };
    return groupProgram(members(group), surroundings);
  };
  const size = (i: number) => sizeOf(factOf(nodes[i]!.outputs[0]!)!.shape);
  const groups = groupsOf({
    count: nodes.length,
    reads: (i) => [...new Set(namesRead(nodes[i]!).map((name) => made.get(name)).filter((from) => from !== undefined))],
    isCandidate: (i) => steps[i] !== undefined,
    canBeOne: (group) => size(group[0]!) === size(group.at(-1)!) && canBeKernel(members(group), factOf, { initializers, vectorSet: options.vectorSet }),
  });
  const fused = new Map<number, readonly OnnxNode[]>();
  for (const group of groups.map((all) => trimmed(all, { steps, nodes, readers }))) {
    const found = largest(group, (some) => (isWorthIt(some.map((i) => steps[i]!)) ? programOf(some) : undefined), options.vectorSet);
    if (found === undefined) continue;
    fused.set(found.group[0]!, write(found.program, factOf, options));
    for (const other of found.group.slice(1)) fused.set(other, []);
  }
  return inOrder(nodes.flatMap((node, i) => fused.get(i) ?? [node]));
}

function readersOf(nodes: readonly OnnxNode[]): ReadonlyMap<Name, readonly number[]> {
  const readers = new Map<Name, number[]>();
  nodes.forEach((node, i) => {
    for (const name of namesRead(node)) readers.set(name, [...(readers.get(name) ?? []), i]);
  });
  return readers;
}

/** As far as can be told before a group is complete: its results, and masks among them, may still be read within it only. */
function canBeKernel(members: readonly Member[], factOf: FactOf, { initializers, vectorSet }: { initializers: ReadonlyMap<Name, OnnxTensor>; vectorSet: VectorSet }): boolean {
  const last = members.at(-1)!.node.outputs[0]!;
  const program = groupProgram(members, { factOf, initializers, isRead: (name) => name === last && factOf(name)!.type !== 'bool' });
  return program !== undefined && fits(program.program, vectorSet);
}

/** Without Reshapes at its end, which cost nothing where they are. */
function trimmed(group: readonly number[], { steps, nodes, readers }: { steps: readonly (ElementStep | undefined)[]; nodes: readonly OnnxNode[]; readers: ReadonlyMap<Name, readonly number[]> }): readonly number[] {
  const kept = group.filter((i) => steps[i]!.op !== 'Reshape' || (readers.get(nodes[i]!.outputs[0]!) ?? []).some((reader) => group.includes(reader)));
  return kept.length === group.length ? kept : trimmed(kept, { steps, nodes, readers });
}

/** A group without as many of its last nodes as it takes to be a kernel. */
function largest(group: readonly number[], programOf: (group: readonly number[]) => GroupProgram | undefined, vectorSet: VectorSet): { group: readonly number[]; program: GroupProgram } | undefined {
  for (let count = group.length; count > 0; count--) {
    const program = programOf(group.slice(0, count));
    if (program !== undefined && fits(program.program, vectorSet)) return { group: group.slice(0, count), program };
  }
  return undefined;
}

function isWorthIt(steps: readonly ElementStep[]): boolean {
  const computing = steps.filter(({ op }) => op !== 'Reshape');
  return computing.length > 1 || computing.some(({ op }) => ALONE.has(op));
}

function write({ program, inputs, outputs, views }: GroupProgram, factOf: FactOf, { threads, add }: FusionOptions): readonly OnnxNode[] {
  const shapes = outputs.map((name) => factOf(name)!.shape);
  const parts = Math.max(1, Math.min(threads, Math.floor(sizeOf(program.dims) / PER_THREAD)));
  const kernel = elementwise(nameOf([program, shapes, parts]), program, { outputs: shapes, parts });
  add(kernel);
  return [
    { op: kernel.name, domain: NATIVE_DOMAIN, inputs, outputs, attributes: {} },
    ...views,
  ];
}

/** Equal for what is equal alone: JSON would write infinities as null, and -0 as 0. */
function nameOf(what: unknown): string {
  const text = JSON.stringify(what, (_, value: unknown) => (typeof value !== 'number' ? value : Object.is(value, -0) ? '-0' : String(value)));
  return `Elementwise_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

/** Each node behind those whose tensors it reads; otherwise as they were. */
function inOrder(nodes: readonly OnnxNode[]): OnnxNode[] {
  const made = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const placed = new Set<OnnxNode>();
  const place = (node: OnnxNode): void => {
    if (placed.has(node)) return;
    for (const name of namesRead(node)) {
      const from = made.get(name);
      if (from !== undefined && from !== node && !placed.has(from)) place(from);
    }
    placed.add(node);
  };
  nodes.forEach(place);
  return [...placed];
}
