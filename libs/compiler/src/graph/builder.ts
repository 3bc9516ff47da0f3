import { inferOutputs } from '../kernels/infer.ts';
import { sizeOf, type Attribute, type Attributes, type Dtype, type Graph, type Node, type TensorType, type Value } from './graph.ts';

/** Makes a graph node by node. Equal nodes are made once, so building is also common-subexpression elimination. */
export class GraphBuilder {
  readonly #inputs: Value[] = [];
  readonly #nodes: Node[] = [];
  readonly #made = new Map<string, Node>();
  readonly #producer = new Map<Value, Node>();
  #nextId = 0;

  input(type: TensorType): Value {
    const value = this.#value(type);
    this.#inputs.push(value);
    return value;
  }

  /** Adds a kernel call; `types` are its outputs where the caller knows them, else the shape rules say. */
  emit(kernel: string, inputs: Readonly<Record<string, Value>>, attributes: Attributes = {}, types?: readonly TensorType[], body?: Graph): readonly Value[] {
    const names = Object.keys(inputs);
    const values = names.map((name) => inputs[name]!);
    const key = keyOf(kernel, inputs, attributes, kernel === 'Constant' ? types : undefined);
    const known = this.#made.get(key);
    if (known !== undefined) return known.outputs;
    const outputs = (types ?? inferOutputs(kernel, inputs, attributes)).map((type) => this.#value(type));
    const node: Node = { kernel, inputs: values, names, attributes, outputs, body };
    this.#nodes.push(node);
    this.#made.set(key, node);
    for (const output of outputs) this.#producer.set(output, node);
    return outputs;
  }

  /** The output of a kernel call that has been made, if it has. */
  find(kernel: string, inputs: Readonly<Record<string, Value>>, attributes: Attributes = {}): Value | undefined {
    return this.#made.get(keyOf(kernel, inputs, attributes))?.outputs[0];
  }

  /** {@link emit} for the kernels with one output. */
  emitOne(kernel: string, inputs: Readonly<Record<string, Value>>, attributes: Attributes = {}): Value {
    return this.emit(kernel, inputs, attributes)[0]!;
  }

  /** A constant; one that repeats a single number is stored as that number. */
  constant(values: Attribute, type: TensorType): Value {
    return this.emit('Constant', {}, { values: compact(values, sizeOf(type.shape)) }, [type])[0]!;
  }

  scalar(value: number, dtype: Dtype = 'float32'): Value {
    return this.constant(value, { shape: [], dtype });
  }

  producer(value: Value): Node | undefined {
    return this.#producer.get(value);
  }

  /** The number every element of `value` has, where it is a constant of one repeated number. */
  splat(value: Value): number | undefined {
    const node = this.#producer.get(value);
    if (node?.kernel !== 'Constant') return undefined;
    return typeof node.attributes['values'] === 'number' ? node.attributes['values'] : undefined;
  }

  finish(outputs: readonly Value[]): Graph {
    return { inputs: this.#inputs, nodes: this.#nodes, outputs };
  }

  #value({ shape, dtype }: TensorType): Value {
    return { id: this.#nextId++, shape: [...shape], dtype };
  }
}

function compact(values: Attribute, size: number): Attribute {
  if (!ArrayBuffer.isView(values) || size === 0) return values;
  const array = values as ArrayLike<number> & Attribute;
  const first = array[0]!;
  for (let i = 1; i < size; i++) if (!Object.is(array[i], first)) return values;
  return first;
}

function keyOf(kernel: string, inputs: Readonly<Record<string, Value>>, attributes: Attributes, types?: readonly TensorType[]): string {
  const operands = Object.entries(inputs).map(([name, value]) => `${name}=${value.id}`);
  return `${kernel}|${operands.join()}|${attributeKey(attributes)}|${types === undefined ? '' : typeKey(types)}`;
}

let nextArray = 0;
const arrayIds = new WeakMap<object, number>();

function attributeKey(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}:${valueKey(value)}`)
    .join(';');
}

function valueKey(value: Attribute): string {
  if (ArrayBuffer.isView(value)) {
    const array = value as Float32Array | Int32Array;
    if (array.length <= 256) return `${array.constructor.name}(${Array.from(array, numberKey).join()})`;
    if (!arrayIds.has(array)) arrayIds.set(array, nextArray++);
    return `array#${arrayIds.get(array)}`;
  }
  if (typeof value === 'number') return numberKey(value);
  return Array.isArray(value) ? `[${value.map(valueKey).join()}]` : JSON.stringify(value);
}

function numberKey(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function typeKey(types: readonly TensorType[]): string {
  return types.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join();
}
