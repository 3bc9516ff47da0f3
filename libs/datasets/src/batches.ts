import { moveImage, type Move } from './augment.ts';
import { pixelsPerExample, type ExampleSet } from './example-set.ts';

/** Examples ready to become tensors. */
export interface Batch {
  readonly size: number;
  /** NHWC float32, within the bounds of the set. */
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
  /** Places of the examples in the set. */
  readonly indices: Int32Array;
}

export interface BatchOptions {
  readonly batchSize: number;
  /** Places to visit, in order. Default: all, in file order. */
  readonly order?: Int32Array;
  /** How each example is moved. Default: not at all. */
  readonly moveOf?: (index: number) => Move;
}

/** The examples in batches of `batchSize`; the last one is shorter where they do not divide evenly, and is kept. */
export function* batches(set: ExampleSet, { batchSize, order = fileOrder(set.count), moveOf }: BatchOptions): Generator<Batch, void, undefined> {
  for (let start = 0; start < order.length; start += batchSize) {
    yield readBatch(set, order.subarray(start, start + batchSize), moveOf);
  }
}

/** How many batches {@link batches} gives. */
export function batchCount(examples: number, batchSize: number): number {
  return Math.ceil(examples / batchSize);
}

/** The examples at `indices`, as float32 within the bounds. */
export function readBatch(set: ExampleSet, indices: Int32Array, moveOf?: (index: number) => Move): Batch {
  const size = pixelsPerExample(set.inputShape);
  const inputs = new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  const image = moveOf === undefined ? undefined : new Float32Array(size);
  indices.forEach((index, at) => {
    const target = inputs.subarray(at * size, (at + 1) * size);
    readImage(set, index, image ?? target);
    if (image !== undefined) moveImage(image, target, { shape: set.inputShape, move: moveOf!(index) });
    labels[at] = set.labels[index]!;
  });
  return { size: indices.length, inputs, labels, indices };
}

/** Bytes as float32 in [0, 1]: value / 255, rounded once. */
const unitBytes = Float32Array.from({ length: 256 }, (_, value) => value / 255);

function readImage(set: ExampleSet, index: number, target: Float32Array): void {
  const size = target.length;
  const stored = set.pixels.subarray(index * size, (index + 1) * size);
  if (stored instanceof Float32Array) target.set(stored);
  else for (let at = 0; at < size; at++) target[at] = unitBytes[stored[at]!]!;
}

function fileOrder(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}
