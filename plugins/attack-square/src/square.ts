import { objective } from '@entropic-lab/plugin-sdk';
import { perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Squares, SquareProblem } from './squares.ts';
import { squaresL2 } from './squares-l2.ts';
import { squaresLinf } from './squares-linf.ts';
import { phases } from './schedule.ts';

/** Each example's best image and its objective; above 0 it is a success. */
type Search = { x: tf.Tensor4D; best: tf.Tensor1D };

/** Proposals between two looks at whether anybody still searches. */
const PROPOSALS_AT_A_TIME = 100;

/** Proposes squares at random places, and keeps what raises the margin. Algorithm 1 of the paper. */
export async function square(problem: SquareProblem): Promise<tf.Tensor4D> {
  const { inputs, options, loop, threat } = problem;
  const squares = threat.norm === 'l2' ? squaresL2(problem) : squaresLinf(problem);
  const unknown: Search = { x: inputs, best: tf.zeros([inputs.shape[0]]) };
  let search = await loop(1, unknown, () => scored(problem, squares.start()));
  for (const { proposals, share } of phases(options)) {
    const step = proposal(problem, squares, share);
    for (let made = 0; made < proposals; made += PROPOSALS_AT_A_TIME) {
      if ((await tf.min(search.best).data())[0]! > 0) return search.x;
      search = await loop(Math.min(PROPOSALS_AT_A_TIME, proposals - made), search, step);
    }
  }
  return search.x;
}

function proposal(problem: SquareProblem, squares: Squares, share: number): (state: Search) => Search {
  const propose = squares.ofShare(share);
  return ({ x, best }) => {
    const next = scored(problem, propose(x));
    // A success is not given up for another.
    const better = tf.mul(tf.step(tf.sub(next.best, best)), tf.sub(1, tf.step(best))) as tf.Tensor1D;
    const take = perExample(better, x);
    return {
      x: tf.add(tf.mul(next.x, take), tf.mul(x, tf.sub(1, take))) as tf.Tensor4D,
      best: tf.add(tf.mul(next.best, better), tf.mul(best, tf.sub(1, better))),
    };
  };
}

function scored({ criterion, model }: SquareProblem, x: tf.Tensor4D): Search {
  return { x, best: objective(criterion, 'margin')(model.logits(x)) };
}
