import { clipToBounds, project } from '@entropic-lab/plugin-sdk';
import * as tf from '@tensorflow/tfjs-core';
import { begin, column, mask, sideOf, signsOf, within, type Squares, type SquareProblem } from './squares.ts';

/** Squares of +-epsilon, from vertical stripes of +-epsilon one pixel wide. Section 3.3, linf. */
export function squaresLinf(problem: SquareProblem): Squares {
  const { inputs, random, threat } = problem;
  const [, height, width, channels] = inputs.shape;
  return {
    start: () => clipToBounds(tf.add(inputs, tf.mul(signsOf(random.uniform([1, width, channels])), threat.epsilon)) as tf.Tensor4D, threat),
    ofShare(share) {
      const side = tf.scalar(Math.min(Math.max(sideOf(share, problem), 1), height, width));
      return (x) => {
        const place = random.uniform([2]);
        const rows = within(begin(column(place, 0), side, height), side, height);
        const columns = within(begin(column(place, 1), side, width), side, width);
        const change = tf.mul(tf.mul(mask(rows, columns), signsOf(random.uniform([1, 1, channels]))), 2 * threat.epsilon);
        return project(tf.add(x, change) as tf.Tensor4D, inputs, threat);
      };
    },
  };
}
