import { sameShape } from '../graph/graph.ts';
import type { Name } from '../onnx/blocks.ts';

/** What is known of ONNX tensors while they are written: shapes, and what a Reshape or Transpose was made from. */
export class Views {
  readonly #shapes = new Map<Name, readonly number[]>();
  readonly #reshaped = new Map<Name, Name>();
  readonly #transposed = new Map<Name, { origin: Name; perm: readonly number[] }>();

  shapeIs(name: Name, shape: readonly number[]): void {
    this.#shapes.set(name, shape);
  }

  hasShape(name: Name, shape: readonly number[]): boolean {
    const known = this.#shapes.get(name);
    return known !== undefined && sameShape(known, shape);
  }

  /** The tensor whose elements, in this order, a Reshape gave another shape; itself where none did. */
  beforeReshape(name: Name): Name {
    return this.#reshaped.get(name) ?? name;
  }

  reshaped(name: Name, origin: Name, shape: readonly number[]): void {
    this.#reshaped.set(name, origin);
    // A -1 stands for a length that only the engine works out.
    if (!shape.includes(-1)) this.shapeIs(name, shape);
  }

  /** The tensor that was transposed to `name`, and the order of its axes after another transpose by `perm`. */
  beforeTranspose(name: Name, perm: readonly number[]): { origin: Name; perm: readonly number[] } {
    const made = this.#transposed.get(name);
    return made === undefined ? { origin: name, perm } : { origin: made.origin, perm: perm.map((axis) => made.perm[axis]!) };
  }

  transposed(name: Name, origin: Name, perm: readonly number[]): void {
    this.#transposed.set(name, { origin, perm });
    const shape = this.#shapes.get(origin);
    if (shape !== undefined) this.shapeIs(name, perm.map((axis) => shape[axis]!));
  }
}
