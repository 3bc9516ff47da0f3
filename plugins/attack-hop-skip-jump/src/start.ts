import { succeeded } from '@entropic-lab/plugin-sdk';
import * as tf from '@tensorflow/tfjs-core';
import { choose, type HopSkipJumpProblem } from './problem.ts';

/** An image that the network gets wrong for each example, and 1 where there is one. */
export type Start = { x: tf.Tensor4D; found: tf.Tensor1D };

/** Images tried between two looks at whether anybody still has none. */
const AT_A_TIME = 20;

/** Uniform noise within the bounds until the network gets it wrong: the first such image for each example. */
export async function start(problem: HopSkipJumpProblem): Promise<Start> {
  const { inputs, options, loop } = problem;
  let state: Start = { x: inputs, found: tf.zeros([inputs.shape[0]]) };
  const step = attempt(problem);
  for (let tried = 0; tried < options.starts; tried += AT_A_TIME) {
    state = await loop(Math.min(AT_A_TIME, options.starts - tried), state, step);
    if ((await tf.min(state.found).data())[0] === 1) break;
  }
  return state;
}

function attempt({ model, criterion, random, threat: { bounds } }: HopSkipJumpProblem): (state: Start) => Start {
  return ({ x, found }) => {
    const noise = tf.add(tf.mul(random.uniform(), bounds.max - bounds.min), bounds.min) as tf.Tensor4D;
    const hit = succeeded(criterion, model.logits(noise));
    return { x: choose(found, x, choose(hit, noise, x)), found: tf.maximum(found, hit) };
  };
}
