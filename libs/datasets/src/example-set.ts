import { LabError, type Bounds } from '@entropic-lab/protocol';

export type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * Images and their classes, held as they are stored: bytes (read as value / 255) or float32.
 * A value: nothing changes it after it is made.
 */
export interface ExampleSet {
  /** `mnist test`, for messages. */
  readonly name: string;
  readonly count: number;
  readonly inputShape: ImageShape;
  readonly classes: number;
  /** Smallest and largest pixel value as the network sees it. */
  readonly bounds: Bounds;
  /** NHWC, `count * height * width * channels` values. */
  readonly pixels: Uint8Array | Float32Array;
  /** One class per example, 0 ... classes - 1. */
  readonly labels: Int32Array;
}

/** What an {@link ExampleSet} is made from. */
export type ExampleSetParts = Omit<ExampleSet, 'count'>;

/** An example set whose parts fit one another. @throws LabError INVALID_INPUT where they do not: a defect of the caller. */
export function exampleSet(parts: ExampleSetParts): ExampleSet {
  const count = parts.labels.length;
  const expected = count * pixelsPerExample(parts.inputShape);
  if (parts.pixels.length !== expected) {
    throw new LabError('INVALID_INPUT', `[datasets] expected ${expected} pixels for ${count} examples, got ${parts.pixels.length} (${parts.name}).`);
  }
  return { ...parts, count };
}

export function pixelsPerExample([height, width, channels]: ImageShape): number {
  return height * width * channels;
}

/**
 * The first `n` examples in file order, sharing memory with `set`.
 * @throws LabError INVALID_INPUT where the set has fewer. @param path of the field that asked, for the message.
 */
export function firstExamples(set: ExampleSet, n: number | undefined, path: string): ExampleSet {
  if (n === undefined || n === set.count) return set;
  if (!Number.isInteger(n) || n < 1 || n > set.count) {
    const message = `[datasets] expected a whole number from 1 to ${set.count}, the examples of ${set.name}, got ${n} (${path}). Leave it out to use all.`;
    throw new LabError('INVALID_INPUT', message, { path });
  }
  return { ...set, count: n, labels: set.labels.subarray(0, n), pixels: set.pixels.subarray(0, n * pixelsPerExample(set.inputShape)) };
}

/** The examples at `indices`, copied. */
export function selectExamples(set: ExampleSet, indices: ArrayLike<number>, name: string): ExampleSet {
  const size = pixelsPerExample(set.inputShape);
  const pixels = set.pixels instanceof Uint8Array ? new Uint8Array(indices.length * size) : new Float32Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at]!;
    pixels.set(set.pixels.subarray(index * size, (index + 1) * size), at * size);
    labels[at] = set.labels[index]!;
  }
  return exampleSet({ ...set, name, pixels, labels });
}
