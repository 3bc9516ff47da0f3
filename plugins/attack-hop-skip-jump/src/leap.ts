import { clipToBounds, direction, succeeded } from '@entropic-lab/plugin-sdk';
import { perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { choose, closer, sizeOf, type Best, type HopSkipJumpProblem } from './problem.ts';

/** Sums over the queries around each image, and the closest of all images that the network got wrong. */
type Sums = { changes: tf.Tensor4D; signed: tf.Tensor4D; signs: tf.Tensor1D; best: Best };

interface Around {
  /** Length of the changes, [batch]. */
  readonly reach: tf.Tensor1D;
  readonly queries: number;
  readonly best: Best;
}
type Leap = { size: tf.Tensor1D; image: tf.Tensor4D; done: tf.Tensor1D };

/** Halvings of the step between two looks, and in all: then an example stays where it is. */
const HALVINGS_AT_A_TIME = 8;
export const HALVINGS = 24;
const SMALLEST = 1e-8;

/** Where to go from images at the border, from the answers for random changes of them: equation (16) of the paper. */
export async function estimate(problem: HopSkipJumpProblem, x: tf.Tensor4D, around: Around): Promise<{ way: tf.Tensor4D; best: Best }> {
  const zeros = tf.zerosLike(x);
  const initial: Sums = { changes: zeros, signed: zeros, signs: tf.zerosLike(around.reach), best: around.best };
  const { changes, signed, signs, best } = await problem.loop(around.queries, initial, query(problem, x, around.reach));
  // Less the mean answer, which lowers the variance; where all answers are the same it would leave nothing.
  const mean = tf.div(signs, around.queries);
  const mixed = tf.step(tf.sub(1, tf.abs(mean)));
  return { way: direction(tf.sub(signed, tf.mul(changes, perExample(tf.mul(mean, mixed), x))) as tf.Tensor4D, problem.threat.norm), best };
}

function query(problem: HopSkipJumpProblem, x: tf.Tensor4D, reach: tf.Tensor1D): (sums: Sums) => Sums {
  const { model, criterion, random, threat } = problem;
  const length = perExample(tf.maximum(reach, SMALLEST), x);
  return (sums) => {
    const draw = threat.norm === 'l2' ? random.normal() : tf.sub(tf.mul(random.uniform(), 2), 1);
    const image = clipToBounds(tf.add(x, tf.mul(direction(draw as tf.Tensor4D, 'l2'), length)) as tf.Tensor4D, threat);
    const change = tf.div(tf.sub(image, x), length) as tf.Tensor4D;
    const hit = succeeded(criterion, model.logits(image));
    const sign = tf.sub(tf.mul(hit, 2), 1) as tf.Tensor1D;
    const signed = tf.mul(change, perExample(sign, x));
    return { changes: tf.add(sums.changes, change), signed: tf.add(sums.signed, signed) as tf.Tensor4D, signs: tf.add(sums.signs, sign), best: closer(problem, sums.best, { image, hit }) };
  };
}

/** The longest of `size`, `size` / 2, `size` / 4 ... along `way` that stays on the far side of the border. */
export async function leap(problem: HopSkipJumpProblem, x: tf.Tensor4D, { way, size }: { way: tf.Tensor4D; size: tf.Tensor1D }): Promise<tf.Tensor4D> {
  const { model, criterion, threat, loop } = problem;
  let state: Leap = { size, image: x, done: tf.zerosLike(size) };
  for (let halvings = 0; halvings < HALVINGS; halvings += HALVINGS_AT_A_TIME) {
    state = await loop(HALVINGS_AT_A_TIME, state, ({ size: now, image, done }) => {
      const there = clipToBounds(tf.add(x, tf.mul(way, perExample(now, x))) as tf.Tensor4D, threat);
      const hit = tf.mul(succeeded(criterion, model.logits(there)), tf.sub(1, done)) as tf.Tensor1D;
      return { size: tf.mul(now, 0.5), image: choose(hit, there, image), done: tf.maximum(done, hit) };
    });
    if ((await tf.min(state.done).data())[0] === 1) break;
  }
  return state.image;
}

/** How far around an image to look for the direction: section IV.B of the paper. */
export function reachOf(problem: HopSkipJumpProblem, distance: tf.Tensor1D, step: number): tf.Tensor1D {
  const { threat: { bounds }, options } = problem;
  if (step === 0) return tf.fill([distance.shape[0]], 0.1 * (bounds.max - bounds.min));
  // sqrt(d) gamma / d^1.5 in l2 and d gamma / d^2 in linf are the same.
  return tf.mul(distance, options.gamma / sizeOf(problem));
}
