import { clipToBounds, direction } from '@entropic-lab/plugin-sdk';
import * as tf from '@tensorflow/tfjs-core';
import { bump, padded } from './bump.ts';
import { begin, column, mask, places, sideOf, signsOf, within, type Squares, type SquareProblem } from './squares.ts';

/** Against a division by 0 where a window holds nothing. As in the reference implementation. */
const FLOOR = 1e-12;
/** Bumps of the start, from side to side. */
const START_BUMPS = 5;

/**
 * A window that is given up pays for a new bump in another one, on top of what is there; all is then lengthened to
 * epsilon. From a grid of bumps. Section 3.4, l2.
 */
export function squaresL2(problem: SquareProblem): Squares {
  const { inputs, threat } = problem;
  const [, height, width] = inputs.shape;
  const shortest = Math.min(height, width);
  const atEpsilon = (delta: tf.Tensor) => clipToBounds(tf.add(inputs, tf.mul(direction(delta as tf.Tensor4D, 'l2'), threat.epsilon)) as tf.Tensor4D, threat);
  return {
    start: () => atEpsilon(grid(problem)),
    ofShare(share) {
      // An odd side, 3 at least, so that a bump has a middle.
      const wanted = Math.max(sideOf(share, problem), 3);
      const side = Math.min(wanted + (wanted % 2 === 0 ? 1 : 0), shortest);
      const window = { side: tf.scalar(side), pattern: padded(bump(side), side, shortest) };
      return (x) => atEpsilon(exchanged(problem, window, tf.sub(x, inputs)));
    },
  };
}

interface Window {
  readonly side: tf.Scalar;
  /** [longest side, longest side], with zeros behind the pattern. */
  readonly pattern: tf.Tensor2D;
}

/** `delta` with two windows exchanged for a bump in the first. */
function exchanged({ inputs, random, threat }: SquareProblem, { side, pattern }: Window, delta: tf.Tensor): tf.Tensor {
  const [, height, width, channels] = inputs.shape;
  const draw = random.uniform([5]);
  const [top, left] = [begin(column(draw, 0), side, height), begin(column(draw, 1), side, width)];
  const first = mask(within(top, side, height), within(left, side, width));
  const second = mask(within(begin(column(draw, 2), side, height), side, height), within(begin(column(draw, 3), side, width), side, width));
  const both = tf.maximum(first, second);
  const held = tf.mul(delta, first);
  const turned = turn(pattern, column(draw, 4));
  const signs = signsOf(random.uniform([1, 1, channels]));
  const fresh = tf.add(tf.mul(placed(turned, { top, left, height, width }), signs), tf.div(held, tf.add(FLOOR, lengthByChannel(held))));
  const unspent = tf.relu(tf.sub(threat.epsilon ** 2, tf.sum(tf.square(delta), [1, 2, 3], true)));
  const length = tf.sqrt(tf.add(tf.div(unspent, channels), tf.sum(tf.square(tf.mul(delta, both)), [1, 2], true)));
  const scaled = tf.mul(tf.div(fresh, tf.add(FLOOR, lengthByChannel(fresh))), length);
  return tf.add(tf.mul(delta, tf.sub(1, both)), scaled);
}

function lengthByChannel(delta: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(delta), [1, 2], true));
}

/** The pattern, or its transpose, by example: [side, side] and [batch, 1] -> [batch, side, side]. */
function turn(pattern: tf.Tensor2D, uniform: tf.Tensor): tf.Tensor3D {
  const turned = tf.reshape(tf.step(tf.sub(uniform, 0.5)), [-1, 1, 1]);
  return tf.add(tf.mul(tf.transpose(pattern), turned), tf.mul(pattern, tf.sub(1, turned)));
}

/** A pattern for each example on an empty image at each example's place: [batch, height, width, 1]. */
function placed(patterns: tf.Tensor3D, { top, left, height, width }: { top: tf.Tensor; left: tf.Tensor; height: number; width: number }): tf.Tensor {
  const side = patterns.shape[1];
  const rows = shifts(top, height, side);
  const columns = tf.transpose(shifts(left, width, side), [0, 2, 1]);
  return tf.expandDims(tf.matMul(tf.matMul(rows, patterns), columns), 3);
}

/** 1 where pixel = from + k, [batch, length, count]. */
function shifts(from: tf.Tensor, length: number, count: number): tf.Tensor3D {
  const pixels = tf.sub(tf.reshape(places(length), [1, length, 1]), tf.reshape(places(count), [1, 1, count]));
  return tf.step(tf.sub(0.5, tf.abs(tf.sub(pixels, tf.reshape(from, [-1, 1, 1]))))) as tf.Tensor3D;
}

/** Bumps side by side over the image, each with a sign of its own for each channel, and each lying or standing. */
function grid({ inputs, random }: SquareProblem): tf.Tensor {
  const [batch, height, width, channels] = inputs.shape;
  const side = Math.max(1, Math.floor(Math.min(height, width) / START_BUMPS));
  const [down, across] = [Math.floor(height / side), Math.floor(width / side)];
  const turned = turn(padded(bump(side), side, side), tf.reshape(random.uniform([down * across]), [-1, 1]));
  const signs = tf.reshape(signsOf(random.uniform([down, across, channels])), [batch, down, 1, across, 1, channels]);
  const tiles = tf.transpose(tf.reshape(turned, [batch, down, across, side, side]), [0, 1, 3, 2, 4]);
  const bumps = tf.reshape(tf.mul(tf.expandDims(tiles, 5), signs), [batch, down * side, across * side, channels]);
  const [top, left] = [Math.floor((height - down * side) / 2), Math.floor((width - across * side) / 2)];
  return tf.pad(bumps, [[0, 0], [top, height - down * side - top], [left, width - across * side - left], [0, 0]]);
}
