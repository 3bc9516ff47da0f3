import { sameShape, sizeOf } from '../graph/graph.ts';

/**
 * How a tensor lies in memory. Each axis of its shape is seen as one or more axes (`splits`); these are stored in the
 * order `perm`, and then merged again, `merges[i]` of them into stored axis i. A form never changes what a value
 * means: all semantics stay NHWC.
 */
export interface Form {
  readonly key: string;
  readonly splits: readonly (readonly number[])[];
  readonly perm: readonly number[];
  readonly merges: readonly number[];
  /** Set where the elements, in this order, are given the shape [chunks, length] instead. */
  readonly chunks?: readonly [number, number];
}

/** As TF.js stores it. */
export function plain(shape: readonly number[]): Form {
  return permuted('plain', shape, shape.map((_, i) => i));
}

function permuted(key: string, shape: readonly number[], perm: readonly number[]): Form {
  return { key, splits: shape.map((dim) => [dim]), perm, merges: shape.map(() => 1) };
}

/** Activations [batch, height, width, channels], stored with channels second. */
export function channelsFirst(shape: readonly number[]): Form {
  return permuted('nchw', shape, [0, 3, 1, 2]);
}

/** Filters [height, width, in, out], stored [out, in, height, width]. */
export function filterFirst(shape: readonly number[]): Form {
  return permuted('oihw', shape, [3, 2, 0, 1]);
}

export type Image = readonly [height: number, width: number, channels: number];

/** Flattened activations [batch, height * width * channels], stored as channels-first ones flatten. */
export function flat(shape: readonly number[], image: Image): Form {
  return { key: `flat${image.join('x')}`, splits: [[shape[0]!], image], perm: [0, 3, 1, 2], merges: [1, 3] };
}

/** A dense kernel [height * width * channels, out] behind such a flatten: its rows in the flatten's order. */
export function rows(shape: readonly number[], image: Image): Form {
  return { key: `rows${image.join('x')}`, splits: [image, [shape[1]!]], perm: [2, 0, 1, 3], merges: [3, 1] };
}

export function isPlain(form: Form): boolean {
  return form.key === 'plain';
}

/** The same order of elements, cut into chunks of one length. */
export function chunked(form: Form, chunks: readonly [number, number]): Form {
  return { ...form, key: `${form.key}/${chunks.join('x')}`, chunks };
}

/** Whether two forms have the elements in the same order. */
export function sameOrder(a: Form, b: Form): boolean {
  return viewOf(a).join() === viewOf(b).join() && a.perm.join() === b.perm.join();
}

/** The shape with its axes split. */
export function viewOf(form: Form): number[] {
  return form.splits.flat();
}

/** The shape as the engine has it. */
export function storedShape(form: Form): number[] {
  if (form.chunks !== undefined) return [...form.chunks];
  const view = viewOf(form);
  let at = 0;
  return form.merges.map((count) => sizeOf(form.perm.slice(at, (at += count)).map((axis) => view[axis]!)));
}

/** Whether the form only moves axes of length 1, so that the elements lie as in the plain form. */
export function movesNothing(form: Form): boolean {
  const view = viewOf(form);
  const moved = form.perm.filter((axis) => view[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
}

export function inverse(perm: readonly number[]): number[] {
  const result: number[] = new Array(perm.length);
  perm.forEach((axis, i) => (result[axis] = i));
  return result;
}

/** The form of an operand of shape `shape` that is broadcast against a value of shape `full` stored in `form`. */
export function broadcastForm(form: Form, full: readonly number[], shape: readonly number[]): Form {
  if (sameShape(shape, full)) return form;
  const padded = [...new Array<number>(full.length - shape.length).fill(1), ...shape];
  const splits = form.splits.map((split, i) => (padded[i] === 1 ? split.map(() => 1) : split));
  return { ...form, key: `${form.key}<${padded.join()}>`, splits };
}

/** The elements of a plain array in another form, or back: for state that crosses the boundary of the engine. */
export function permute<T extends Float32Array | Int32Array | Uint8Array>(values: T, form: Form, direction: 'store' | 'load'): T {
  if (movesNothing(form)) return values.slice() as T;
  const view = viewOf(form);
  const from = direction === 'store' ? view : form.perm.map((axis) => view[axis]!);
  const perm = direction === 'store' ? form.perm : inverse(form.perm);
  return transposed(values, from, perm);
}

function transposed<T extends Float32Array | Int32Array | Uint8Array>(values: T, shape: readonly number[], perm: readonly number[]): T {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const outShape = perm.map((axis) => shape[axis]!);
  const outStrides = perm.map((axis) => strides[axis]!);
  const out = new (values.constructor as new (length: number) => T)(values.length);
  const index = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      at += outStrides[axis]!;
      if (index[axis]! < outShape[axis]!) break;
      at -= outStrides[axis]! * outShape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
