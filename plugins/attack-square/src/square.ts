import { clipToBounds, objective, project, type AttackProblem } from '@entropic-lab/plugin-sdk';
import { perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { SquareOptions } from './options.ts';

type SquareProblem = AttackProblem<SquareOptions>;

/** Each example's best image and its objective; above 0 it is a success. `time` counts proposals. */
type Search = { x: tf.Tensor4D; best: tf.Tensor1D; time: tf.Scalar };

/** Proposals between two looks at whether anybody still searches. */
const PROPOSALS_AT_A_TIME = 100;

/** Where the share of changed pixels halves, of 10,000 proposals. The paper's supplement, and AutoAttack. */
const HALVINGS = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000];

/** Proposes squares of +-epsilon at random places, and keeps what raises the margin. Algorithm 1, linf of section 3.3. */
export async function square(problem: SquareProblem): Promise<tf.Tensor4D> {
  const { inputs, options, loop } = problem;
  const unknown: Search = { x: inputs, best: tf.zeros([inputs.shape[0]]), time: tf.scalar(0) };
  let search = await loop(1, unknown, ({ time }) => stripes(problem, time));
  const propose = (state: Search) => proposal(problem, state);
  for (let made = 0; made < options.queries - 1; made += PROPOSALS_AT_A_TIME) {
    search = await loop(Math.min(PROPOSALS_AT_A_TIME, options.queries - 1 - made), search, propose);
    if ((await tf.min(search.best).data())[0]! > 0) break;
  }
  return search.x;
}

/** The start: vertical stripes of +-epsilon, one pixel wide. */
function stripes(problem: SquareProblem, time: tf.Scalar): Search {
  const { inputs, random, threat } = problem;
  const [, , width, channels] = inputs.shape;
  const signs = signsOf(random.uniform([1, width, channels]));
  const x = clipToBounds(tf.add(inputs, tf.mul(signs, threat.epsilon)) as tf.Tensor4D, threat);
  return { x, best: score(problem, x), time: tf.add(time, 1) };
}

function proposal(problem: SquareProblem, { x, best, time }: Search): Search {
  const { inputs, random, threat } = problem;
  const [, height, width, channels] = inputs.shape;
  const side = sideAt(problem, time);
  const place = random.uniform([2]);
  const rows = within(column(place, 0), side, height);
  const columns = within(column(place, 1), side, width);
  const mask = tf.mul(tf.reshape(rows, [-1, height, 1, 1]), tf.reshape(columns, [-1, 1, width, 1]));
  const change = tf.mul(tf.mul(mask, signsOf(random.uniform([1, 1, channels]))), 2 * threat.epsilon);
  const next = project(tf.add(x, change) as tf.Tensor4D, inputs, threat);
  const value = score(problem, next);
  // A success is not given up for another.
  const better = tf.mul(tf.step(tf.sub(value, best)), tf.sub(1, tf.step(best))) as tf.Tensor1D;
  const take = perExample(better, x);
  return {
    x: tf.add(tf.mul(next, take), tf.mul(x, tf.sub(1, take))) as tf.Tensor4D,
    best: tf.add(tf.mul(value, better), tf.mul(best, tf.sub(1, better))),
    time: tf.add(time, 1),
  };
}

function score({ criterion, model }: SquareProblem, x: tf.Tensor4D): tf.Tensor1D {
  return objective(criterion, 'margin')(model.logits(x));
}

/** Side of the square, in pixels: that of the share of the image which is changed at this time. */
function sideAt({ options, inputs }: SquareProblem, time: tf.Scalar): tf.Tensor {
  const [, height, width] = inputs.shape;
  const halvings = HALVINGS.map((at) => tf.step(tf.sub(time, (at * options.queries) / 10_000)));
  const share = tf.mul(options.share, tf.exp(tf.mul(tf.addN(halvings), -Math.LN2)));
  const side = tf.round(tf.sqrt(tf.mul(share, height * width)));
  return tf.minimum(tf.maximum(side, 1), Math.min(height, width));
}

/** 1 for the `side` pixels of a row of `length` that begin at a uniformly drawn place: [batch, 1] -> [batch, length]. */
function within(uniform: tf.Tensor, side: tf.Tensor, length: number): tf.Tensor {
  const begin = tf.floor(tf.mul(uniform, tf.sub(length + 1, side)));
  const pixels = tf.tensor2d([Array.from({ length }, (_, pixel) => pixel)]);
  return tf.mul(tf.step(tf.add(tf.sub(pixels, begin), 0.5)), tf.step(tf.sub(tf.add(begin, side), tf.add(pixels, 0.5))));
}

function column(values: tf.Tensor, at: number): tf.Tensor {
  return tf.slice(values, [0, at], [values.shape[0]!, 1]);
}

function signsOf(uniform: tf.Tensor): tf.Tensor {
  return tf.sub(tf.mul(tf.step(tf.sub(uniform, 0.5)), 2), 1);
}
