import { tensor, type DataType, type Tensor, type TypedArray } from '@tensorflow/tfjs-core';

/** A value made on the host each time a function runs: a random draw, a learning rate of a schedule. */
export interface HostInput {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Makes the next value: `product(shape)` numbers. Called once per run of the function, in the order of use. */
  draw(): TypedArray;
}

export type HostInputRecorder = (input: HostInput) => Tensor;

let recorder: HostInputRecorder | undefined;

/**
 * A tensor whose value the host makes. Eager code draws it at once. Under tracing it becomes an input of the
 * compiled function that is drawn anew at every call, where a plain `tf.tensor` would be frozen into the graph.
 */
export function hostInput(input: HostInput): Tensor {
  return recorder === undefined ? tensor(input.draw(), [...input.shape], input.dtype) : recorder(input);
}

/** Runs `body` with every {@link hostInput} handed to `record`. For tracers. */
export function recordHostInputs<T>(record: HostInputRecorder, body: () => T): T {
  const outer = recorder;
  recorder = record;
  try {
    return body();
  } finally {
    recorder = outer;
  }
}
