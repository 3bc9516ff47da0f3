import type { TypedArray } from '@tensorflow/tfjs-core';
import { untraceable } from '../errors.ts';
import type { ElementType, OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './model.ts';

/** The name of an ONNX tensor, or of a constant that is placed where it is used. */
export type Name = string;
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

interface Block {
  readonly nodes: OnnxNode[];
  readonly initializers: Map<Name, OnnxTensor>;
}

/** Nodes of a graph that is complete, its constants, and what is read of it. */
export interface NodeList {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<Name, OnnxTensor>;
  readonly outputs: readonly Name[];
}

/** Other nodes that make the same outputs. */
export type Rewrite = (list: NodeList) => readonly OnnxNode[];

interface Constant {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

const CONSTANT = '#';
const arrays = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array, bool: Uint8Array, float64: Float64Array, uint8: Uint8Array };

/**
 * Nested ONNX graphs under construction: block 0 is the model, deeper ones are bodies of Scan. A node goes to the
 * outermost block in which all it reads exists, so what does not change in a loop leaves it. Equal nodes are made once.
 */
export class Blocks {
  readonly #rewrite: Rewrite | undefined;
  readonly #blocks: Block[] = [{ nodes: [], initializers: new Map() }];
  readonly #depth = new Map<Name, number>();
  readonly #known = new Map<string, readonly Name[]>();
  readonly #constants: Constant[] = [];
  readonly #constantKeys = new Map<string, Name>();
  readonly #constantOf = new Map<Name, Constant>();
  #next = 0;

  /** `rewrite` sees each graph's nodes when all of them are written. */
  constructor(rewrite?: Rewrite) {
    this.#rewrite = rewrite;
  }

  fresh(depth = this.#blocks.length - 1): Name {
    const name = `t${this.#next++}`;
    this.#depth.set(name, depth);
    return name;
  }

  /** Declares an input of the innermost block. */
  declare(name: Name): Name {
    this.#depth.set(name, this.#blocks.length - 1);
    return name;
  }

  constant(values: readonly number[] | TypedArray, type: ElementType, dims: readonly number[] = [values.length]): Name {
    const array = type === 'int64' ? BigInt64Array.from(values as readonly number[], (v) => BigInt(v)) : (arrays[type] as Float32ArrayConstructor).from(values);
    const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const key = data.length <= 1024 ? `${type}[${dims.join()}]${data.join()}` : `large${this.#constants.length}`;
    const known = this.#constantKeys.get(key);
    if (known !== undefined) return known;
    const name = `${CONSTANT}${this.#constants.length}`;
    this.#constants.push({ type, dims, data });
    this.#constantKeys.set(key, name);
    this.#constantOf.set(name, this.#constants.at(-1)!);
    return name;
  }

  op(op: string, inputs: readonly Name[], attributes: OnnxAttributes = {}, options: { domain?: string; outputs?: number } = {}): readonly Name[] {
    const { domain = '', outputs = 1 } = options;
    const key = `${domain}.${op}(${inputs.join()})${outputs}${JSON.stringify(attributes)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const depth = Math.max(0, ...inputs.map((name) => this.#depthOf(name)));
    const names = Array.from({ length: outputs }, () => this.fresh(depth));
    this.#blocks[depth]!.nodes.push({ op, domain, inputs: inputs.map((name) => this.place(name, depth)), outputs: names, attributes });
    this.#known.set(key, names);
    return names;
  }

  /** A node of one input whose output has a given name. */
  named(op: string, input: Name, output: Name): Name {
    const depth = this.#depthOf(input);
    this.#depth.set(output, depth);
    this.#blocks[depth]!.nodes.push({ op, domain: '', inputs: [this.place(input, depth)], outputs: [output], attributes: {} });
    return output;
  }

  /** A name that a node in block `depth` can read: constants get an initializer there. */
  place(name: Name, depth = this.#blocks.length - 1): Name {
    const constant = this.#constantOf.get(name);
    if (constant === undefined) return name;
    // Large ones live once, outermost; small ones in the block that reads them, so that a Scan hands over fewer tensors.
    const home = constant.data.length > 256 ? 0 : depth;
    const placed = `c${name.slice(1)}_${home}`;
    this.#blocks[home]!.initializers.set(placed, { name: placed, ...constant });
    return placed;
  }

  /** Builds the body of a Scan. `build` returns the names of its outputs; each must be made within the body. */
  body(name: string, inputs: readonly OnnxValue[], build: () => readonly OnnxValue[]): OnnxGraph {
    this.#blocks.push({ nodes: [], initializers: new Map() });
    for (const { name: input } of inputs) this.declare(input);
    const depth = this.#blocks.length - 1;
    const outputs = this.#owned(build(), depth);
    const block = this.#blocks.pop()!;
    for (const [key, names] of this.#known) if (names.some((made) => this.#depth.get(made) === depth)) this.#known.delete(key);
    return finish(name, block, { inputs, outputs, rewrite: this.#rewrite });
  }

  /** The attributes of a node hold its bodies, which are built before it; it goes to the innermost block. */
  scan(op: string, inputs: readonly Name[], attributes: OnnxAttributes, outputs: number): readonly Name[] {
    const depth = this.#blocks.length - 1;
    const names = Array.from({ length: outputs }, () => this.fresh(depth));
    this.#blocks[depth]!.nodes.push({ op, domain: '', inputs: inputs.map((name) => this.place(name, depth)), outputs: names, attributes });
    return names;
  }

  finish(name: string, inputs: readonly OnnxValue[], outputs: readonly OnnxValue[]): OnnxGraph {
    return finish(name, this.#blocks[0]!, { inputs, outputs: this.#owned(outputs, 0), rewrite: this.#rewrite });
  }

  /** Outputs under names that are theirs alone: each made by a node of its own graph, and given once. */
  #owned(outputs: readonly OnnxValue[], depth: number): OnnxValue[] {
    const taken = new Set<Name>();
    return outputs.map((output, i) => {
      const name = taken.has(output.name) ? this.#copied(output.name, depth, i) : this.#ownedBy(output.name, depth, i);
      taken.add(name);
      return { ...output, name };
    });
  }

  #ownedBy(name: Name, depth: number, index: number): Name {
    const owner = this.#constantOf.has(name) ? -1 : this.#depthOf(name);
    const isInput = !this.#blocks[depth]!.nodes.some((node) => node.outputs.includes(name));
    return owner === depth && !isInput ? name : this.#copied(name, depth, index);
  }

  #copied(name: Name, depth: number, index: number): Name {
    const copy = `out${depth}_${index}_${this.#next++}`;
    this.#blocks[depth]!.nodes.push({ op: 'Identity', domain: '', inputs: [this.place(name, depth)], outputs: [copy], attributes: {} });
    return copy;
  }

  #depthOf(name: Name): number {
    if (name === '' || name.startsWith(CONSTANT)) return 0;
    const depth = this.#depth.get(name);
    if (depth === undefined) throw untraceable(`the ONNX tensor ${name} is not defined`, 'This is a defect of the compiler; please report it');
    return depth;
  }
}

function finish(name: string, block: Block, { inputs, outputs, rewrite }: { inputs: readonly OnnxValue[]; outputs: readonly OnnxValue[]; rewrite: Rewrite | undefined }): OnnxGraph {
  const names = outputs.map((output) => output.name);
  const swept = sweep(block.nodes, names);
  const nodes = rewrite === undefined ? swept : rewrite({ nodes: swept, initializers: block.initializers, outputs: names });
  const used = new Set(nodes.flatMap((node) => namesRead(node)));
  const initializers = [...block.initializers.values()].filter((tensor) => used.has(tensor.name));
  return { name, nodes, initializers, inputs, outputs };
}

/** The nodes that the outputs need. */
function sweep(nodes: readonly OnnxNode[], outputs: readonly Name[]): OnnxNode[] {
  const needed = new Set(outputs);
  const kept: OnnxNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    kept.push(node);
    for (const name of namesRead(node)) needed.add(name);
  }
  return kept.reverse();
}

/** What a node reads, its bodies' captures included. */
export function namesRead(node: OnnxNode): Name[] {
  const bodies = Object.values(node.attributes).flatMap((value) => (typeof value === 'object' && 'graph' in value ? [value.graph] : []));
  return [...node.inputs, ...bodies.flatMap((body) => [...body.nodes.flatMap(namesRead), ...body.outputs.map((output) => output.name)])];
}
