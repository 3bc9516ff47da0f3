import { leaves, unflatten, type TensorTree } from '@entropic-lab/tensor';
import { sizeOf, type Dtype, type TensorType } from '../graph/graph.ts';
import { permute, plain } from '../layout/form.ts';
import type { StateSlot } from './loop-model.ts';
import { joined, toTensor, valuesOf, type Values } from './tensors.ts';

/** A loop's state between calls of the engine, stored as the engine last left it. */
export class State<S extends TensorTree> {
  readonly #form: S;
  readonly #types: readonly TensorType[];
  #slots: readonly StateSlot[];
  #values: readonly Values[] = [];

  private constructor(form: S) {
    this.#form = form;
    this.#types = leaves(form).map(({ shape, dtype }) => ({ shape: [...shape], dtype: dtype as Dtype }));
    this.#slots = this.#types.map((type, leaf) => alone(type, leaf));
  }

  /** A copy of the tensors' values. */
  static async from<S extends TensorTree>(tree: S): Promise<State<S>> {
    const state = new State(tree);
    await state.write(tree);
    return state;
  }

  async write(tree: S): Promise<void> {
    const values = await Promise.all(leaves(tree).map(valuesOf));
    this.#store(values, this.#slots);
  }

  read(): S {
    return unflatten(this.#form, this.#load().map((values, leaf) => toTensor(values, this.#types[leaf]!.dtype, this.#types[leaf]!.shape)));
  }

  /** The values stored as a model wants them. */
  as(slots: readonly StateSlot[]): readonly Values[] {
    if (layoutOf(slots) !== layoutOf(this.#slots)) this.#store(this.#load(), slots);
    return this.#values;
  }

  /** Takes over what a model returned; undefined keeps what there is. */
  take(values: readonly (Values | undefined)[]): void {
    this.#values = this.#values.map((old, i) => values[i] ?? old);
  }

  /** The state's tree with tensors of its types, for tracing. */
  example(): S {
    return this.#form;
  }

  /** Copies: the values may be a tensor's own memory. */
  #store(byLeaf: readonly Values[], slots: readonly StateSlot[]): void {
    this.#values = slots.map(({ parts, dtype }) => joined(parts.map(({ leaf, form }) => permute(byLeaf[leaf]!, form, 'store')), dtype));
    this.#slots = slots;
  }

  /** Every leaf's values as TF.js stores them. */
  #load(): Values[] {
    const byLeaf: Values[] = [];
    this.#slots.forEach(({ parts }, i) => {
      for (const { leaf, form, offset, shape } of parts) byLeaf[leaf] = permute(this.#values[i]!.subarray(offset, offset + sizeOf(shape)), form, 'load');
    });
    return byLeaf;
  }
}

/** A slot that holds one leaf as TF.js stores it. */
function alone(type: TensorType, leaf: number): StateSlot {
  return { parts: [{ leaf, ...type, form: plain(type.shape), offset: 0 }], dtype: type.dtype, stored: type.shape, input: '', output: undefined };
}

function layoutOf(slots: readonly StateSlot[]): string {
  return slots.map(({ parts }) => parts.map(({ leaf, form }) => `${leaf}:${form.key}`).join()).join(';');
}
