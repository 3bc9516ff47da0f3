import { untraceable } from '../errors.ts';
import { sameShape, sizeOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { constantValues } from '../graph/replay.ts';
import { blockOf, broadcastForm, channelsFirst, inverse, isPlain, movesNothing, plain, sameOrder, storedShape, viewOf, type Form } from '../layout/form.ts';
import { Blocks, type Name, type OnnxAttributes, type Rewrite } from '../onnx/blocks.ts';
import type { ElementType } from '../onnx/model.ts';
import { haveSameOperands, NATIVE_DOMAIN, type NativeKernel } from '../native/kernel.ts';
import type { VectorSet } from '../native/x64/assembler.ts';
import type { Provider } from '../runtime/engine.ts';
import type { Fact } from './fusion/facts.ts';
import { fuseElementwise } from './fusion/fuse.ts';
import { Views } from './views.ts';

/** One row of the lowering table: writes the ONNX nodes of one TF.js kernel. */
export type Lowering = (node: Node, e: Emitter) => void;
export type LoweringTable = Readonly<Record<string, Lowering>>;

/** What each value should be stored as; a value without an entry is plain. */
export type Forms = ReadonlyMap<Value, Form>;

/** Makes a value anew with another added to it, which is stored as the value is; its name in that form. */
export type Adding = (other: Name) => Name;

export interface EmitterOptions {
  /** Whether only operators of the ONNX standard may be written, for engines other than ours. */
  readonly portable?: boolean;
  /** Who will compute: some providers get some operators wrong, which lowerings then go around. Default `cpu`. */
  readonly provider?: Provider | undefined;
  /** Length of the engine's blocks of channels, for lowerings that use blocks where no value is stored in them. */
  readonly block?: number | undefined;
  /** Threads of the processor that will compute within an operator. Default 1. */
  readonly threads?: number;
  /** Vectors of the processor, where operators in machine code of ours may be written. */
  readonly vectorSet?: VectorSet | undefined;
}

/** Where lowerings write: ONNX nodes, and which ONNX tensor holds which value in which form. */
export class Emitter {
  readonly blocks: Blocks;
  readonly provider: Provider;
  readonly block: number | undefined;
  readonly threads: number;
  readonly vectorSet: VectorSet | undefined;
  readonly #kernels = new Map<string, NativeKernel>();
  readonly #portable: boolean;
  readonly #forms: Forms;
  readonly #names = new Map<Value, Map<string, { name: Name; form: Form }>>();
  readonly #views = new Views();
  readonly #facts = new Map<Name, Fact>();
  readonly #reads = new Map<Value, number>();
  readonly #adding = new Map<Value, Adding>();

  constructor(forms: Forms, { portable = false, provider = 'cpu', block, threads = 1, vectorSet }: EmitterOptions = {}) {
    this.#forms = forms;
    this.provider = provider;
    this.block = block;
    this.threads = provider === 'cpu' ? threads : 1;
    this.vectorSet = provider === 'cpu' && !portable ? vectorSet : undefined;
    this.#portable = portable;
    this.blocks = new Blocks(this.vectorSet === undefined ? undefined : this.#fusing(this.vectorSet));
  }

  /** The form the layout pass chose for a value. */
  formOf(value: Value): Form {
    return this.#forms.get(value) ?? plain(value.shape);
  }

  /** Says that `name` holds `value` in `form` (plain where not given). */
  def(value: Value, name: Name, form: Form = plain(value.shape)): void {
    const held = this.#names.get(value) ?? new Map<string, { name: Name; form: Form }>();
    held.set(form.key, { name, form });
    this.#names.set(value, held);
    this.#views.shapeIs(name, storedShape(form));
    this.#facts.set(name, { shape: storedShape(form), type: value.dtype });
  }

  /** The ONNX tensor that holds `value` in `form`, converted from another where need be. */
  use(value: Value, form: Form = plain(value.shape)): Name {
    const held = this.#names.get(value);
    if (held === undefined) throw untraceable(`the value %${value.id} was not lowered`, 'This is a defect of the compiler; please report it');
    const known = held.get(form.key);
    if (known !== undefined) return known.name;
    const from = held.get(blockOf(form) === undefined ? 'plain' : 'nchw') ?? held.values().next().value!;
    const name = this.#convert(value, from, form);
    held.set(form.key, { name, form });
    this.#facts.set(name, { shape: storedShape(form), type: value.dtype });
    return name;
  }

  /** Counts who reads which value, before a graph's nodes are written. */
  enter(graph: Graph): void {
    for (const value of [...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs]) this.#reads.set(value, (this.#reads.get(value) ?? 0) + 1);
  }

  /** Says how a value is made anew with something added to it, where an operator does both at once. */
  canAdd(value: Value, adding: Adding): void {
    this.#adding.set(value, adding);
  }

  /** How to add to a value on the way; undefined where that cannot be done, or others read the value as it is. */
  adding(value: Value): Adding | undefined {
    return this.#reads.get(value) === 1 ? this.#adding.get(value) : undefined;
  }

  /** An operand of an elementwise kernel whose result has shape `full` and is stored in `form`. */
  operand(value: Value, full: readonly number[], form: Form): Name {
    if (sameShape(value.shape, full)) return this.use(value, form);
    if (isPlain(form)) return this.use(value);
    if (sizeOf(value.shape) === 1) return this.use(value);
    const target = broadcastForm(form, full, value.shape);
    const name = this.#store(this.use(value), target);
    this.#facts.set(name, { shape: storedShape(target), type: value.dtype });
    return name;
  }

  one(op: string, inputs: readonly Name[], attributes: OnnxAttributes = {}, domain = ''): Name {
    return this.blocks.op(op, inputs, attributes, { domain })[0]!;
  }

  /** An operator in machine code of ours. Kernels of one name are one. */
  native(kernel: NativeKernel, inputs: readonly Name[]): readonly Name[] {
    this.#add(kernel);
    return this.blocks.op(kernel.name, inputs, {}, { domain: NATIVE_DOMAIN, outputs: kernel.outputs.length });
  }

  #add(kernel: NativeKernel): void {
    const known = this.#kernels.get(kernel.name);
    if (known !== undefined && !haveSameOperands(known, kernel)) throw new Error(`two kernels have the name '${kernel.name}', and other operands or parts`);
    if (known === undefined) this.#kernels.set(kernel.name, kernel);
  }

  /** Elementwise nodes that follow one another become one. */
  #fusing(vectorSet: VectorSet): Rewrite {
    return (list) => fuseElementwise(list, { vectorSet, threads: this.threads, factOf: (name) => this.#facts.get(name), add: (kernel) => this.#add(kernel) });
  }

  /** The operators in machine code that were written. */
  get kernels(): readonly NativeKernel[] {
    return [...this.#kernels.values()];
  }

  ints(...values: readonly number[]): Name {
    return this.blocks.constant(values, 'int64');
  }

  scalar(value: number, type: ElementType = 'float32'): Name {
    return this.blocks.constant([value], type, []);
  }

  /** Reshapes of reshapes are one; one to the shape that a tensor is known to have is none. */
  reshape(name: Name, shape: readonly number[]): Name {
    const origin = this.#views.beforeReshape(name);
    if (this.#views.hasShape(origin, shape)) return origin;
    // A 0 in ONNX means: as in the input, unless told otherwise.
    const reshaped = this.one('Reshape', [origin, this.ints(...shape)], shape.includes(0) ? { allowzero: 1 } : {});
    this.#views.reshaped(reshaped, origin, shape);
    return reshaped;
  }

  /** Transposes of transposes are one, or none. */
  transpose(name: Name, perm: readonly number[]): Name {
    const { origin, perm: whole } = this.#views.beforeTranspose(name, perm);
    if (whole.every((axis, i) => axis === i)) return origin;
    const transposed = this.one('Transpose', [origin], { perm: whole });
    this.#views.transposed(transposed, origin, whole);
    return transposed;
  }

  /** Says what shape an operator gave its result, for {@link reshape} to know. */
  shaped(name: Name, shape: readonly number[]): Name {
    this.#views.shapeIs(name, shape);
    return name;
  }

  /** Products of a batch of matrices [.., m, k] with the transposes of others [.., n, k]. */
  timesTransposed(a: Name, b: Name): Name {
    if (this.#portable) return this.one('MatMul', [a, this.transpose(b, [0, 2, 1])]);
    return this.one('FusedMatMul', [a, b], { transB: 1 }, 'com.microsoft');
  }

  /** Elements converted to a dtype as TF.js' cast does: anything but 0 is true, floats are cut towards 0. */
  cast(name: Name, to: ElementType): Name {
    return this.one('Cast', [name], { to: { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11, uint8: 2 }[to] });
  }

  constant(node: Node): void {
    const value = node.outputs[0]!;
    const values = node.attributes['values'];
    if (typeof values === 'number' && sizeOf(value.shape) > 1) {
      const scalar = this.blocks.constant([values], value.dtype, [1]);
      return this.def(value, this.one('Expand', [scalar, this.ints(...value.shape)]));
    }
    this.def(value, this.blocks.constant(constantValues(node), value.dtype, value.shape));
  }

  /** The same tensor under a name of the caller's choice, for outputs that others will see. */
  rename(name: Name, to: Name): Name {
    return this.blocks.named('Identity', name, to);
  }

  /** Channels-first name of a 4-D activation. */
  nchw(value: Value): Name {
    return this.use(value, channelsFirst(value.shape));
  }

  #convert(value: Value, from: { name: Name; form: Form }, to: Form): Name {
    const reordered = this.#reorder(value, from, to);
    if (reordered !== undefined) return reordered;
    if (sameOrder(from.form, to)) return this.reshape(from.name, storedShape(to));
    if (isPlain(from.form)) return this.#store(from.name, to);
    const loaded = this.#load(from.name, from.form, value.shape);
    if (isPlain(to)) return loaded;
    return this.#store(loaded, to);
  }

  /** Blocked images have operators of their own that put them in another order. */
  #reorder(value: Value, from: { name: Name; form: Form }, to: Form): Name | undefined {
    const domain = 'com.microsoft.nchwc';
    const lastOrFirst = (form: Form) => (isPlain(form) ? 1 : form.key === 'nchw' ? 0 : undefined);
    const [n, h, w, c] = value.shape as [number, number, number, number];
    const [out, into] = [lastOrFirst(to), lastOrFirst(from.form)];
    if (blockOf(from.form) !== undefined && out !== undefined) {
      return this.one('ReorderOutput', [this.reshape(from.name, [n, c, h, w])], { channels: c, channels_last: out }, domain);
    }
    if (blockOf(to) === undefined || into === undefined) return undefined;
    return this.reshape(this.one('ReorderInput', [from.name], { channels_last: into }, domain), storedShape(to));
  }

  /** plain -> form */
  #store(name: Name, form: Form): Name {
    const stored = storedShape(form);
    if (movesNothing(form)) return this.reshape(name, stored);
    const view = viewOf(form);
    const merged = isReshaped(form);
    // A Reshape to the view is needed where axes are split, or where a broadcast operand lacks leading axes.
    const moved = this.transpose(merged || form.key.includes('<') ? this.reshape(name, view) : name, form.perm);
    return merged ? this.reshape(moved, stored) : moved;
  }

  /** form -> plain */
  #load(name: Name, form: Form, shape: readonly number[]): Name {
    if (movesNothing(form)) return this.reshape(name, shape);
    const view = viewOf(form);
    const merged = isReshaped(form);
    const split = merged ? this.reshape(name, form.perm.map((axis) => view[axis]!)) : name;
    const moved = this.transpose(split, inverse(form.perm));
    return merged ? this.reshape(moved, shape) : moved;
  }
}

/** Whether the axes that a form moves are not those of the value, or not those that are stored. */
function isReshaped(form: Form): boolean {
  return form.chunks !== undefined || form.merges.some((count) => count > 1) || form.splits.some((split) => split.length > 1);
}
