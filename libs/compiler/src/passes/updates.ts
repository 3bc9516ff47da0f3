import { GraphBuilder } from '../graph/builder.ts';
import { producers, sizeOf, type Graph, type Node, type TensorType, type Value } from '../graph/graph.ts';
import { cones, type Cone } from './cones.ts';
import { keep, sweep } from './rewrite.ts';

/** Where a step's state leaves are kept: alone, or several one after another in a vector. */
export interface Slot {
  readonly leaves: readonly number[];
  /** Number of the family whose vectors have their parts stored alike; undefined for a leaf alone. */
  readonly plan?: number | undefined;
  /** Set where the slot is updated chunk by chunk: how many, and how long. */
  readonly chunks?: readonly [number, number] | undefined;
}

/** A step whose first inputs and outputs are `slots` instead of leaves. */
export interface Packed {
  readonly graph: Graph;
  readonly slots: readonly Slot[];
}

/** From this many elements on, an update runs through memory chunk by chunk, so that a chunk stays in the cache. */
const LARGE = 100_000;
/** Of one thread, a chunk stays in its cache; for several it is long enough that the engine divides it among them. */
const CHUNK = { least: 8_192, ofOne: 65_536, ofSeveral: 524_288 };

export interface PackOptions {
  /** Default true: large updates run through memory chunk by chunk. */
  readonly inChunks?: boolean;
  /** Threads within an operator. Default 1. */
  readonly threads?: number;
}

/**
 * Updates of many small state leaves that do the same become one update of one vector; updates of large ones are
 * done in chunks, unless `inChunks` is false: a card has no such cache, and would be bound by launches. Both only
 * regroup elementwise work: every element is computed as before.
 */
export function packUpdates(graph: Graph, count: number, { inChunks = true, threads = 1 }: PackOptions = {}): Packed {
  const longest = threads > 1 ? CHUNK.ofSeveral : CHUNK.ofOne;
  const all = cones(graph, count);
  const families = [...new Set(all.map((cone) => cone.text))].map((text) => all.filter((cone) => cone.text === text && sizeOf(cone.shape) < LARGE)).filter((family) => family.length > 1);
  const large = all.filter((cone) => inChunks && sizeOf(cone.shape) >= LARGE && chunksOf(sizeOf(cone.shape), longest) !== undefined);
  return new Packing(graph, count, { families, large, longest }).packed();
}

function chunksOf(size: number, longest: number): readonly [number, number] | undefined {
  for (let chunks = Math.ceil(size / longest); size / chunks >= CHUNK.least; chunks++) if (size % chunks === 0) return [chunks, size / chunks];
  return undefined;
}

class Packing {
  readonly #graph: Graph;
  readonly #count: number;
  readonly #families: readonly (readonly Cone[])[];
  readonly #large: readonly Cone[];
  readonly #longest: number;
  readonly #builder = new GraphBuilder();
  readonly #now = new Map<Value, Value>();

  constructor(graph: Graph, count: number, { families, large, longest }: { families: readonly (readonly Cone[])[]; large: readonly Cone[]; longest: number }) {
    this.#graph = graph;
    this.#count = count;
    this.#families = families;
    this.#large = large;
    this.#longest = longest;
  }

  packed(): Packed {
    const buckets = this.#families.flatMap((family, plan) => family[0]!.states.map((_, rank): Slot => ({ leaves: family.map((cone) => cone.states[rank]!), plan })));
    const bucketed = new Set(buckets.flatMap((slot) => slot.leaves));
    const chunks = new Map(this.#large.flatMap((cone) => cone.states.map((i) => [i, chunksOf(sizeOf(cone.shape), this.#longest)] as const)));
    const singles = Array.from({ length: this.#count }, (_, i) => i).filter((i) => !bucketed.has(i)).map((i): Slot => ({ leaves: [i], chunks: chunks.get(i) }));
    const vectors = buckets.map((slot) => this.#bucketInput(slot));
    for (const { leaves } of singles) this.#input(leaves[0]!);
    for (let i = this.#count; i < this.#graph.inputs.length; i++) this.#input(i);
    this.#copyNodes();
    const outputs = this.#outputs(vectors, singles);
    return { graph: sweep(this.#builder.finish(outputs)), slots: [...buckets, ...singles] };
  }

  #input(index: number): void {
    const old = this.#graph.inputs[index]!;
    this.#now.set(old, this.#builder.input(old));
  }

  /** A vector in place of several leaves, and the leaves taken out of it. */
  #bucketInput({ leaves, plan }: Slot): Value {
    const old = leaves.map((i) => this.#graph.inputs[i]!);
    const vector = this.#builder.input({ shape: [old.reduce((size, value) => size + sizeOf(value.shape), 0)], dtype: 'float32' });
    const shapes = old.map((value) => [...value.shape]);
    const parts = this.#builder.emit('Unbucket', { x: vector }, { shapes, plan: plan! });
    old.forEach((value, i) => this.#now.set(value, parts[i]!));
    return vector;
  }

  #copyNodes(): void {
    const regions = new Map(this.#large.map((cone) => [cone.nodes.at(-1)!, cone]));
    for (const old of this.#graph.nodes) {
      const node = { ...old, inputs: old.inputs.map((value) => this.#now.get(value)!) };
      keep(this.#builder, node).forEach((value, i) => this.#now.set(old.outputs[i]!, value));
      const cone = regions.get(old);
      if (cone !== undefined) this.#region(cone);
    }
  }

  #outputs(vectors: readonly Value[], singles: readonly Slot[]): Value[] {
    const packed: Value[] = [];
    this.#families.forEach((family, plan) => {
      const inputs = vectors.slice(packed.length, packed.length + family[0]!.states.length);
      packed.push(...this.#updateTogether(family, inputs, plan));
    });
    const rest = [...singles.map(({ leaves }) => leaves[0]!), ...Array.from({ length: this.#graph.outputs.length - this.#count }, (_, i) => this.#count + i)];
    return [...packed, ...rest.map((i) => this.#now.get(this.#graph.outputs[i]!)!)];
  }

  /** The first cone's nodes on vectors that hold every cone's values. */
  #updateTogether(family: readonly Cone[], states: readonly Value[], plan: number): Value[] {
    const [cone] = family as [Cone];
    const local = new Map<Value, Value>(cone.states.map((i, rank) => [this.#graph.inputs[i]!, states[rank]!]));
    cone.leaves.forEach((leaf, k) => {
      const parts = family.map((other) => this.#now.get(other.leaves[k]!)!);
      local.set(leaf, this.#builder.emitOne('Bucket', Object.fromEntries(parts.map((value, i) => [String(i), value])), { plan }));
    });
    for (const node of cone.nodes) {
      const inputs = node.inputs.map((value) => local.get(value) ?? this.#scalar(this.#now.get(value)!));
      local.set(node.outputs[0]!, this.#builder.emitOne(node.kernel, Object.fromEntries(inputs.map((value, i) => [node.names[i]!, value])), node.attributes));
    }
    return cone.states.map((i) => local.get(this.#graph.outputs[i]!)!);
  }

  #scalar(value: Value): Value {
    return value.shape.length === 0 ? value : this.#builder.emitOne('Reshape', { x: value }, { shape: [] });
  }

  /** A large update as one node with a body that sees a chunk of each operand. */
  #region(cone: Cone): void {
    const chunks = chunksOf(sizeOf(cone.shape), this.#longest)!;
    const vectors = [...cone.states.map((i) => this.#graph.inputs[i]!), ...cone.leaves];
    const made = producers(this.#graph);
    const inside = new Set<Value>([...vectors, ...cone.nodes.map((node) => node.outputs[0]!)]);
    const constants = (value: Value) => made.get(value)?.kernel === 'Constant';
    const scalars = [...new Set(cone.nodes.flatMap((node) => node.inputs))].filter((value) => !inside.has(value) && !constants(value));
    const results = cone.states.map((i) => this.#graph.outputs[i]!);
    const body = regionBody(cone.nodes, { vectors, scalars, results, made, length: chunks[1] });
    const operands = [...vectors.map((value) => this.#now.get(value)!), ...scalars.map((value) => this.#scalar(this.#now.get(value)!))];
    const inputs = Object.fromEntries(operands.map((value, i) => [String(i), value]));
    const outputs = this.#builder.emit('Region', inputs, { chunks: [...chunks], vectors: vectors.length, cone: cone.states[0]! }, results, body);
    results.forEach((value, i) => this.#now.set(value, outputs[i]!));
  }
}

interface RegionParts {
  readonly vectors: readonly Value[];
  readonly scalars: readonly Value[];
  readonly results: readonly Value[];
  readonly made: ReadonlyMap<Value, Node>;
  readonly length: number;
}

function regionBody(nodes: readonly Node[], { vectors, scalars, results, made, length }: RegionParts): Graph {
  const builder = new GraphBuilder();
  const chunk: TensorType = { shape: [length], dtype: 'float32' };
  const local = new Map<Value, Value>(vectors.map((value) => [value, builder.input(chunk)]));
  for (const value of scalars) local.set(value, builder.input({ shape: [], dtype: value.dtype }));
  const operand = (value: Value) => local.get(value) ?? builder.constant(made.get(value)!.attributes['values']!, { shape: [], dtype: value.dtype });
  for (const node of nodes) {
    const inputs = Object.fromEntries(node.inputs.map((value, i) => [node.names[i]!, operand(value)]));
    local.set(node.outputs[0]!, builder.emitOne(node.kernel, inputs, node.attributes));
  }
  return builder.finish(results.map((value) => local.get(value)!));
}
