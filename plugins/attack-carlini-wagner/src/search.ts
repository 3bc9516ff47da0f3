import * as tf from '@tensorflow/tfjs-core';
import { descentStep, FAR, startDescent, type Best, type CarliniWagnerProblem, type Descent } from './minimize.ts';

/** Beyond any constant that a search reaches: stands for "no upper bound yet". */
const UNBOUNDED = 1e30;
/** A stop is considered after each tenth of the steps. */
const CHECKS = 10;
/** The last of many constants, so that an example that never succeeded gets one try at almost any distance. */
const LAST_CONSTANT = 1e10;

interface Constants {
  readonly now: tf.Tensor1D;
  readonly low: tf.Tensor1D;
  readonly high: tf.Tensor1D;
}

/** The closest image found for each example; the input itself where nothing was. */
export async function carliniWagner(problem: CarliniWagnerProblem): Promise<tf.Tensor4D> {
  const { inputs, options } = problem;
  const batch = inputs.shape[0];
  let best: Best = { image: inputs, distance: tf.fill([batch], FAR) };
  let constants: Constants = { now: tf.fill([batch], options.initialConst), low: tf.zeros([batch]), high: tf.fill([batch], UNBOUNDED) };
  for (let search = 0; search < options.binarySearchSteps; search++) {
    const isLast = search === options.binarySearchSteps - 1;
    if (isLast && options.binarySearchSteps >= 10) constants = { ...constants, now: tf.minimum(constants.high, LAST_CONSTANT) };
    const end = await descend(problem, constants.now, best);
    best = end.best;
    constants = narrowed(constants, end.found);
  }
  return best.image;
}

/** Adam from the input for one constant per example, until every example has stopped. */
async function descend(problem: CarliniWagnerProblem, constants: tf.Tensor1D, best: Best): Promise<Descent> {
  const { steps, abortEarly } = problem.options;
  const step = descentStep(problem, constants);
  const share = Math.ceil(steps / CHECKS);
  let state = startDescent(problem, best);
  let before = tf.fill([constants.shape[0]], FAR) as tf.Tensor1D;
  for (let taken = 0; taken < steps; taken += share) {
    state = await problem.loop(Math.min(share, steps - taken), state, step);
    if (!abortEarly) continue;
    // By example: whether one goes on must not depend on the others of its batch.
    const falls = tf.cast(tf.lessEqual(state.loss, tf.mul(before, 0.9999)), 'float32');
    state = { ...state, active: tf.mul(state.active, falls) };
    before = state.loss;
    if ((await tf.max(state.active).data())[0] === 0) break;
  }
  return state;
}

/** Halfway between what failed and what succeeded; ten times as much where nothing has succeeded yet. */
function narrowed({ now, low, high }: Constants, found: tf.Tensor1D): Constants {
  const missed = tf.sub(1, found);
  const newHigh = tf.add(tf.mul(found, now), tf.mul(missed, high)) as tf.Tensor1D;
  const newLow = tf.add(tf.mul(missed, now), tf.mul(found, low)) as tf.Tensor1D;
  const open = tf.cast(tf.greaterEqual(newHigh, UNBOUNDED), 'float32');
  const middle = tf.div(tf.add(newLow, newHigh), 2);
  const next = tf.add(tf.mul(open, tf.mul(now, 10)), tf.mul(tf.sub(1, open), middle)) as tf.Tensor1D;
  return { now: next, low: newLow, high: newHigh };
}
