import * as tf from '@tensorflow/tfjs-core';

/**
 * The pattern of l2 squares, of length 1: a hill in the upper half, a valley in the lower, each falling off from its
 * middle as the sum of 1 / k^2 over the nested rectangles. Equation (2) of the paper.
 * @returns `side` rows of `side` numbers.
 */
export function bump(side: number): Float32Array {
  const upper = Math.floor(side / 2);
  const values = [...hill(upper, side), ...hill(side - upper, side).map((value) => -value)];
  return Float32Array.from(ofLengthOne(values));
}

/** A pattern in the corner of an empty square of a longer side. */
export function padded(pattern: Float32Array, side: number, longest: number): tf.Tensor2D {
  return tf.pad(tf.tensor2d(pattern, [side, side]), [[0, longest - side], [0, longest - side]]);
}

function hill(rows: number, columns: number): number[] {
  const [row, column] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  const rectangles = Math.max(row, column) + 1;
  /** What the rectangles from the `nearest`th on add up to. */
  const height = (nearest: number) => {
    let sum = 0;
    for (let k = nearest; k < rectangles; k++) sum += 1 / (k + 1) ** 2;
    return sum;
  };
  const values = Array.from({ length: rows * columns }, (_, at) => height(Math.max(Math.abs(Math.floor(at / columns) - row), Math.abs((at % columns) - column))));
  return ofLengthOne(values);
}

function ofLengthOne(values: readonly number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / (length === 0 ? 1 : length));
}
