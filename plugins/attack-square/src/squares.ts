import type { AttackProblem } from '@entropic-lab/plugin-sdk';
import * as tf from '@tensorflow/tfjs-core';
import type { SquareOptions } from './options.ts';

export type SquareProblem = AttackProblem<SquareOptions>;

/** What squares are in a norm: how a search begins, and how an image is changed by squares of a share of its pixels. */
export interface Squares {
  start(): tf.Tensor4D;
  ofShare(share: number): (x: tf.Tensor4D) => tf.Tensor4D;
}

/** Side of a square of that share of the pixels. */
export function sideOf(share: number, { inputs: { shape } }: SquareProblem): number {
  return Math.round(Math.sqrt(share * shape[1] * shape[2]));
}

/** Where the `side` pixels of a row of `length` begin, drawn uniformly: [batch, 1] in [0, 1) -> [batch, 1] whole numbers. */
export function begin(uniform: tf.Tensor, side: tf.Tensor, length: number): tf.Tensor {
  return tf.floor(tf.mul(uniform, tf.sub(length + 1, side)));
}

/** 1 for the `side` pixels of a row of `length` from the one at `from` on: [batch, 1] -> [batch, length]. */
export function within(from: tf.Tensor, side: tf.Tensor, length: number): tf.Tensor {
  const pixels = places(length);
  return tf.mul(tf.step(tf.add(tf.sub(pixels, from), 0.5)), tf.step(tf.sub(tf.add(from, side), tf.add(pixels, 0.5))));
}

/** 0 ... length - 1, [1, length] */
export function places(length: number): tf.Tensor2D {
  return tf.tensor2d([Array.from({ length }, (_, pixel) => pixel)]);
}

/** Rows and columns, 1 where something is, as a mask of images: [batch, height], [batch, width] -> [batch, height, width, 1]. */
export function mask(rows: tf.Tensor, columns: tf.Tensor): tf.Tensor {
  return tf.mul(tf.reshape(rows, [-1, rows.shape[1]!, 1, 1]), tf.reshape(columns, [-1, 1, columns.shape[1]!, 1]));
}

export function column(values: tf.Tensor, at: number): tf.Tensor {
  return tf.slice(values, [0, at], [values.shape[0]!, 1]);
}

/** -1 or 1 with the same likelihood. */
export function signsOf(uniform: tf.Tensor): tf.Tensor {
  return tf.sub(tf.mul(tf.step(tf.sub(uniform, 0.5)), 2), 1);
}
