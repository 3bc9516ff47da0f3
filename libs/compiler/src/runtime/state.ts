import { leaves, unflatten, type TensorTree } from '@entropic-lab/tensor';
import type { Dtype } from '../graph/graph.ts';
import { permute, plain, type Form } from '../layout/form.ts';
import type { StateSlot } from './loop-model.ts';
import { toTensor, valuesOf, type Values } from './tensors.ts';

interface Leaf {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  values: Values;
  form: Form;
}

/** A loop's state between calls of the engine, stored as the engine last left it. */
export class State<S extends TensorTree> {
  readonly #form: S;
  #leaves: Leaf[] = [];

  private constructor(form: S) {
    this.#form = form;
  }

  /** A copy of the tensors' values. */
  static async from<S extends TensorTree>(tree: S): Promise<State<S>> {
    const state = new State(tree);
    await state.write(tree);
    return state;
  }

  async write(tree: S): Promise<void> {
    const tensors = leaves(tree);
    const values = await Promise.all(tensors.map(valuesOf));
    this.#leaves = tensors.map(({ shape, dtype }, i) => ({ shape: [...shape], dtype: dtype as Dtype, values: values[i]!.slice(), form: plain(shape) }));
  }

  read(): S {
    const tensors = this.#leaves.map(({ shape, dtype, values, form }) => toTensor(permute(values, form, 'load'), dtype, shape));
    return unflatten(this.#form, tensors);
  }

  /** The values stored as a model wants them. */
  as(slots: readonly StateSlot[]): readonly Values[] {
    this.#leaves.forEach((leaf, i) => {
      const { form } = slots[i]!;
      if (leaf.form.key === form.key) return;
      leaf.values = permute(permute(leaf.values, leaf.form, 'load'), form, 'store');
      leaf.form = form;
    });
    return this.#leaves.map((leaf) => leaf.values);
  }

  /** Takes over what a model returned, stored as it said. */
  take(values: readonly Values[]): void {
    this.#leaves.forEach((leaf, i) => (leaf.values = values[i]!));
  }

  /** The state's tree with tensors of its types, for tracing. */
  example(): S {
    return this.#form;
  }
}
