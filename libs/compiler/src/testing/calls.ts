import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';

/** A TF.js function and arguments for it: what a kernel is tried on. */
export interface Call {
  readonly fn: (...args: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  readonly args: readonly tf.Tensor[];
}

type Fn = Call['fn'];
export type Calls = fc.Arbitrary<Call>;

const SPECIAL = [NaN, Infinity, -Infinity, -0, 0, 1, -1, 0.5, -0.5, 1e-30, 100];

/** Shapes of rank `min` to `max`; dimensions may be 0 or 1. */
export function shapes(min: number, max: number, { largest = 4, smallest = 0 } = {}): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: smallest, max: largest }), { minLength: min, maxLength: max });
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export interface Numbers {
  readonly from?: number;
  readonly to?: number;
  /** NaN, infinities and zeros among them. */
  readonly special?: boolean;
}

export function floats(shape: readonly number[], { from = -3, to = 3, special = false }: Numbers = {}): fc.Arbitrary<tf.Tensor> {
  // Denormal numbers are left out: the compiled step takes them for anything between 0 and 1.
  const plain = fc.double({ min: from, max: to, noNaN: true }).map((value) => (Math.abs(value) < 1e-37 ? 0 : value));
  const element = special ? fc.oneof({ weight: 4, arbitrary: plain }, fc.constantFrom(...SPECIAL)) : plain;
  return fc.array(element, { minLength: size(shape), maxLength: size(shape) }).map((values) => tf.tensor(Float32Array.from(values), [...shape], 'float32'));
}

export function ints(shape: readonly number[], from = -5, to = 5): fc.Arbitrary<tf.Tensor> {
  return fc.array(fc.integer({ min: from, max: to }), { minLength: size(shape), maxLength: size(shape) }).map((values) => tf.tensor(Int32Array.from(values), [...shape], 'int32'));
}

export function bools(shape: readonly number[]): fc.Arbitrary<tf.Tensor> {
  return fc.array(fc.boolean(), { minLength: size(shape), maxLength: size(shape) }).map((values) => tf.tensor(Uint8Array.from(values, Number), [...shape], 'bool'));
}

/** Calls of `fn` on one tensor. */
export function unary(fn: (x: tf.Tensor) => tf.Tensor, numbers: Numbers = { special: true }, min = 0): Calls {
  return shapes(min, 4).chain((shape) => floats(shape, numbers)).map((x) => ({ fn: fn as Fn, args: [x] }));
}

/** Two shapes that broadcast to one. */
export function broadcastPair(): fc.Arbitrary<[number[], number[]]> {
  return shapes(0, 4, { smallest: 1 }).chain((shape) =>
    fc.tuple(fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }), fc.integer({ min: 0, max: shape.length }), fc.boolean()).map(([thin, cut, swap]): [number[], number[]] => {
      const other = shape.map((dim, i) => (thin[i] ? 1 : dim)).slice(cut);
      return swap ? [other, shape] : [shape, other];
    }),
  );
}

type Make = (shape: readonly number[]) => fc.Arbitrary<tf.Tensor>;

/** Calls of `fn` on two tensors that broadcast. */
export function binary(fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, make: Make = (shape) => floats(shape, { special: true }), makeB: Make = make): Calls {
  return broadcastPair().chain(([a, b]) => fc.tuple(make(a), makeB(b))).map(([a, b]) => ({ fn: fn as Fn, args: [a, b] }));
}

export function axesOf(rank: number): fc.Arbitrary<number[]> {
  return fc.subarray(Array.from({ length: rank }, (_, i) => i), { minLength: 1 });
}

/** Calls of a reduction over some axes, with and without keeping them. */
export function reduction(fn: (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor, make: Make = (shape) => floats(shape)): Calls {
  return shapes(1, 4, { smallest: 1 }).chain((shape) => fc.tuple(make(shape), axesOf(shape.length), fc.boolean())).map(([x, axes, keep]) => ({ fn: ((t: tf.Tensor) => fn(t, axes, keep)) as Fn, args: [x] }));
}

/** Calls of a function that depends on the tensor's shape and an integer. */
export function shaped(shape: fc.Arbitrary<number[]>, fn: (shape: number[], n: number) => Fn, make: Make = (s) => floats(s)): Calls {
  return fc.tuple(shape, fc.nat()).chain(([s, n]) => make(s).map((x) => ({ fn: fn(s, n), args: [x] })));
}
