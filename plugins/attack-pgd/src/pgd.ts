import {
  direction, inputGradient, objective, project, randomStart, succeeded, type AttackProblem,
} from '@entropic-lab/plugin-sdk';
import { perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { PgdOptions } from './options.ts';

/** The image each example ends with, and whether it succeeded: [batch, height, width, channels], [batch]. */
type Result = { x: tf.Tensor4D; found: tf.Tensor1D };

/** Ascent steps on the objective, each projected onto the threat model. A. Madry et al., equation (2). */
export async function pgd(problem: AttackProblem<PgdOptions>): Promise<tf.Tensor4D> {
  const { options, criterion, model } = problem;
  let best = await search(problem);
  for (let restart = 1; restart < options.restarts; restart++) {
    if (options.judge === 'final') best = { ...best, found: succeeded(criterion, model.logits(best.x)) };
    const next = await search(problem);
    best = choose(best.found, best, next);
  }
  return best.x;
}

async function search(problem: AttackProblem<PgdOptions>): Promise<Result> {
  const { inputs: x0, options } = problem;
  const start = options.randomStart ? randomStart(problem) : x0;
  const none = tf.zeros([x0.shape[0]]) as tf.Tensor1D;
  const step = ascent(problem);
  if (options.judge === 'final') return { x: await problem.loop(options.steps, start, step), found: none };
  return problem.loop(options.steps, { x: start, found: none }, ({ x, found }) => {
    // An example that succeeded stays where it is.
    const next = step(x);
    const there = succeeded(problem.criterion, problem.model.logits(next));
    return choose(found, { x, found }, { x: next, found: there });
  });
}

function ascent({ inputs: x0, model, criterion, threat, options }: AttackProblem<PgdOptions>): (x: tf.Tensor4D) => tf.Tensor4D {
  const goal = objective(criterion, options.objective);
  const length = options.stepSize * (options.stepSizeUnit === 'epsilon' ? threat.epsilon : 1);
  return (x) => {
    const along = direction(inputGradient(model, x, goal), threat.norm, options.gradientFloor);
    return project(tf.add(x, tf.mul(along, length)) as tf.Tensor4D, x0, threat);
  };
}

/** `a` where `isA` is 1, else `b`; only products, so that neither side's rows touch another example's. */
function choose(isA: tf.Tensor1D, a: Result, b: Result): Result {
  const keep = perExample(isA, a.x);
  return {
    x: tf.add(tf.mul(a.x, keep), tf.mul(b.x, tf.sub(1, keep))) as tf.Tensor4D,
    found: tf.maximum(isA, b.found),
  };
}
