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

/** Height, width, channels; or height, width, blocks, channels of a block. */
export type Image = readonly number[];

/** An image's axes with the channels, or the blocks of channels, first. */
function channelsFirstOrder(image: Image): number[] {
  return image.length === 4 ? [2, 0, 1, 3] : [2, 0, 1];
}

/** Flattened activations [batch, height * width * channels], stored as images that are not stored plainly flatten. */
export function flat(shape: readonly number[], image: Image): Form {
  return { key: `flat${image.join('x')}`, splits: [[shape[0]!], image], perm: [0, ...channelsFirstOrder(image).map((axis) => axis + 1)], merges: [1, image.length] };
}

/** A dense kernel [height * width * channels, out] behind such a flatten: its rows in the flatten's order. */
export function rows(shape: readonly number[], image: Image): Form {
  return { key: `rows${image.join('x')}`, splits: [image, [shape[1]!]], perm: [...channelsFirstOrder(image), image.length], merges: [image.length, 1] };
}

/** A matrix stored column by column: [columns, rows]. */
export function turned(form: Form): Form {
  const first = form.splits[0]!.length;
  return { ...form, key: `${form.key}^t`, perm: [...form.perm.slice(first), ...form.perm.slice(0, first)], merges: [form.merges[1]!, form.merges[0]!] };
}

export function isTurned(form: Form): boolean {
  return form.key.split('/')[0]!.endsWith('^t');
}

/** Activations in blocks of channels, [batch, channels / block, height, width, block]: the NCHWc of ONNX Runtime. */
export function blocked(shape: readonly number[], block: number): Form {
  const [n, h, w, c] = shape as [number, number, number, number];
  return { key: `nchw${block}c`, splits: [[n], [h], [w], [c / block, block]], perm: [0, 3, 1, 2, 4], merges: [1, 1, 1, 1, 1] };
}

/** Filters [height, width, in, out] for blocked results; for blocked images too where `in` is a multiple of the block. */
export function blockedFilter(shape: readonly number[], block: number): Form {
  const [h, w, i, o] = shape as [number, number, number, number];
  if (i % block !== 0) return { key: `ohwi${block}o`, splits: [[h], [w], [i], [o / block, block]], perm: [3, 2, 0, 1, 4], merges: [1, 1, 1, 1, 1] };
  return { key: `ohwi${block}i${block}o`, splits: [[h], [w], [i / block, block], [o / block, block]], perm: [4, 2, 0, 1, 3, 5], merges: [1, 1, 1, 1, 1, 1] };
}

/** The block length of blocked activations; undefined for other forms. */
export function blockOf(form: Form): number | undefined {
  return /^nchw\d+c$/.test(form.key) ? form.splits[3]![1] : undefined;
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
  // Moments of an optimizer begin as zeros, which lie the same in every form.
  if (movesNothing(form) || isZero(values)) return values.slice() as T;
  const view = viewOf(form);
  const from = direction === 'store' ? view : form.perm.map((axis) => view[axis]!);
  const perm = direction === 'store' ? form.perm : inverse(form.perm);
  return transposed(values, from, perm);
}

/** Whether every bit is 0: the first eight bytes, and all that follow equal those eight before them. */
function isZero({ buffer, byteOffset, byteLength }: Float32Array | Int32Array | Uint8Array): boolean {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const first = Math.min(8, byteLength);
  return bytes.subarray(0, first).every((byte) => byte === 0) && bytes.subarray(first).equals(bytes.subarray(0, byteLength - first));
}

/** Rows and columns of the result that are made at once: what they read, where rows lie side by side, stays in the cache. */
const TILE = 64;

function transposed<T extends Float32Array | Int32Array | Uint8Array>(values: T, shape: readonly number[], perm: readonly number[]): T {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const [outShape, outStrides] = [perm.map((axis) => shape[axis]!), perm.map((axis) => strides[axis]!)];
  const out = new (values.constructor as new (length: number) => T)(values.length);
  const [first, rest] = [outShape[0] ?? 1, sizeOf(outShape.slice(1))];
  const from = offsets(outShape.slice(1), outStrides.slice(1));
  const step = outStrides[0] ?? 1;
  for (let top = 0; top < first; top += TILE) {
    for (let left = 0; left < rest; left += TILE) {
      const [bottom, right] = [Math.min(first, top + TILE), Math.min(rest, left + TILE)];
      for (let row = top; row < bottom; row++) for (let k = left; k < right; k++) out[row * rest + k] = values[from[k]! + row * step]!;
    }
  }
  return out;
}

/** Where the elements of a view lie, in row-major order. */
function offsets(shape: readonly number[], strides: readonly number[]): Int32Array {
  let all = Int32Array.of(0);
  shape.forEach((size, axis) => {
    const next = new Int32Array(all.length * size);
    for (let i = 0, k = 0; i < all.length; i++) for (let at = 0; at < size; at++) next[k++] = all[i]! + at * strides[axis]!;
    all = next;
  });
  return all;
}
