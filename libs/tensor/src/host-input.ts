import { tensor, type DataType, type Tensor, type TypedArray } from '@tensorflow/tfjs-core';

/** A value made on the host each time a function runs: a random draw, a learning rate of a schedule. */
export interface HostInput {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Makes the next value: `product(shape)` numbers. Called once per run of the function, in the order of use. */
  draw(): TypedArray;
}

export type HostInputRecorder = (input: HostInput) => Tensor;

/**
 * Process-wide, under a registered symbol: a plugin may bring its own copy of this package, and a draw of its must not
 * be frozen into a graph because the tracer told another copy.
 */
const slot: unique symbol = Symbol.for('@entropic-lab/tensor/host-input');
const registry = globalThis as { [slot]?: HostInputRecorder | undefined };

/**
 * A tensor whose value the host makes. Eager code draws it at once. Under tracing it becomes an input of the
 * compiled function that is drawn anew at every call, where a plain `tf.tensor` would be frozen into the graph.
 */
export function hostInput(input: HostInput): Tensor {
  const record = registry[slot];
  return record === undefined ? tensor(input.draw(), [...input.shape], input.dtype) : record(input);
}

/** Runs `body` with every {@link hostInput} handed to `record`. For tracers. */
export function recordHostInputs<T>(record: HostInputRecorder, body: () => T): T {
  const outer = registry[slot];
  registry[slot] = record;
  try {
    return body();
  } finally {
    registry[slot] = outer;
  }
}
