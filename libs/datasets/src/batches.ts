import { pixelsPerExample, type ExampleSet } from './example-set.ts';
import { gather } from './gather.mjs';

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
  readonly order?: Int32Array | undefined;
  /** How each example is moved, as `augmentation` gives it. Default: not at all. */
  readonly moves?: Int16Array | undefined;
}

/** The examples in batches of `batchSize`; the last one is shorter where they do not divide evenly, and is kept. */
export function* batches(set: ExampleSet, { batchSize, order = fileOrder(set.count), moves }: BatchOptions): Generator<Batch, void, undefined> {
  for (let start = 0; start < order.length; start += batchSize) {
    yield readBatch(set, order.subarray(start, start + batchSize), moves);
  }
}

/** How many batches {@link batches} gives. */
export function batchCount(examples: number, batchSize: number): number {
  return Math.ceil(examples / batchSize);
}

/** The examples at `indices`, as float32 within the bounds. */
export function readBatch(set: ExampleSet, indices: Int32Array, moves?: Int16Array): Batch {
  const inputs = new Float32Array(indices.length * pixelsPerExample(set.inputShape));
  gather({ pixels: set.pixels, inputShape: set.inputShape, moves }, indices, inputs);
  return { size: indices.length, inputs, labels: indices.map((index) => set.labels[index]!), indices };
}

export function fileOrder(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}
