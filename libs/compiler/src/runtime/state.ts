import { leaves, unflatten, type TensorTree } from '@entropic-lab/tensor';
import { sizeOf, type Dtype, type TensorType } from '../graph/graph.ts';
import { movesNothing, permute, plain } from '../layout/form.ts';
import type { StateSlot } from './loop-model.ts';
import { fromEngine, joined, release, toEngine, toTensor, valuesOf, type EngineTensor, type Values } from './tensors.ts';
import type { Transfers } from './transfers.ts';

/** A loop's state between calls of the engine, stored as the engine last left it, and where it left it. */
export class State<S extends TensorTree> {
  readonly #form: S;
  readonly #types: readonly TensorType[];
  #slots: readonly StateSlot[];
  readonly #transfers: Transfers;
  #tensors: readonly EngineTensor[] = [];

  private constructor(form: S, transfers: Transfers) {
    this.#form = form;
    this.#transfers = transfers;
    this.#types = leaves(form).map(({ shape, dtype }) => ({ shape: [...shape], dtype: dtype as Dtype }));
    this.#slots = this.#types.map((type, leaf) => alone(type, leaf));
  }

  /** The tensors' values, copied by the first call, which says how it wants them stored. */
  static async from<S extends TensorTree>(tree: S, transfers: Transfers): Promise<State<S>> {
    const state = new State(tree, transfers);
    const values = await Promise.all(leaves(tree).map(valuesOf));
    state.#tensors = state.#types.map(({ dtype, shape }, leaf) => toEngine(values[leaf]!, dtype, shape));
    return state;
  }

  /** Copies: the values may be a tensor's own memory. */
  async write(tree: S): Promise<void> {
    const values = await Promise.all(leaves(tree).map(valuesOf));
    this.#store(values, this.#slots);
  }

  async read(): Promise<S> {
    return unflatten(this.#form, (await this.#load({ shared: false })).map((values, leaf) => toTensor(values, this.#types[leaf]!.dtype, this.#types[leaf]!.shape)));
  }

  /** The tensors stored as a model wants them: on the card where that keeps what it has. */
  async as(slots: readonly StateSlot[]): Promise<readonly EngineTensor[]> {
    if (layoutOf(slots) !== layoutOf(this.#slots)) this.#store(await this.#load({ shared: true }), slots);
    if (this.#transfers.needed) {
      const unchanged = slots.map(({ output }, i) => output === undefined && this.#tensors[i]!.location === 'cpu');
      this.#tensors = await Promise.all(this.#tensors.map((tensor, i) => (unchanged[i] ? this.#transfers.toDevice(tensor) : tensor)));
    }
    return this.#tensors;
  }

  /** Takes over what a model returned; undefined keeps what there is. */
  take(tensors: readonly (EngineTensor | undefined)[]): void {
    this.#tensors = this.#tensors.map((old, i) => {
      if (tensors[i] === undefined) return old;
      release(old);
      return tensors[i];
    });
  }

  [Symbol.dispose](): void {
    this.#tensors.forEach(release);
    this.#tensors = [];
  }

  /** The state's tree with tensors of its types, for tracing. */
  example(): S {
    return this.#form;
  }

  #store(byLeaf: readonly Values[], slots: readonly StateSlot[]): void {
    this.#tensors.forEach(release);
    this.#tensors = slots.map(({ parts, dtype, stored }) => toEngine(joined(parts.map(({ leaf, form }) => permute(byLeaf[leaf]!, form, 'store')), dtype), dtype, stored));
    this.#slots = slots;
  }

  /** Every leaf's values as TF.js stores them; `shared`: they may be the state's own memory, to be read only. */
  async #load({ shared }: { readonly shared: boolean }): Promise<Values[]> {
    const stored = await Promise.all(this.#tensors.map((tensor) => (tensor.location === 'gpu-buffer' ? this.#transfers.toHost(tensor) : fromEngine(tensor))));
    const byLeaf: Values[] = [];
    this.#slots.forEach(({ parts }, i) => {
      for (const { leaf, form, offset, shape } of parts) {
        const values = stored[i]!.subarray(offset, offset + sizeOf(shape));
        byLeaf[leaf] = shared && movesNothing(form) ? values : permute(values, form, 'load');
      }
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
