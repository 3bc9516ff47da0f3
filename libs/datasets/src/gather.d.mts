/** Images as they are stored, and how each is moved. */
export interface Gathered {
  /** NHWC: bytes, read as value / 255, or float32. */
  readonly pixels: Uint8Array | Float32Array;
  /** Height, width, channels. */
  readonly inputShape: readonly [number, number, number];
  /** Per example of the set: pixels down, pixels right, 1 where it is mirrored. Default: none is moved. */
  readonly moves?: Int16Array | undefined;
}

/** Copies the images at `indices` one after the other into `target` as float32. */
export function gather(from: Gathered, indices: Int32Array, target: Float32Array): void;
