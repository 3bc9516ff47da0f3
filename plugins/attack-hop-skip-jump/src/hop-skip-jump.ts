import { norm } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { toBorder } from './border.ts';
import { estimate, leap, reachOf } from './leap.ts';
import { choose, closer, type Best, type HopSkipJumpProblem } from './problem.ts';
import { start } from './start.ts';

/**
 * Along the border of the decision towards the inputs, by the network's answers alone: to the border, the direction away
 * from it by random changes, a leap that way, and back to the border. Algorithm 2 of the paper. The closest image found;
 * the input itself where there was none to begin with.
 */
export async function hopSkipJump(problem: HopSkipJumpProblem): Promise<tf.Tensor4D> {
  const { inputs, options, threat } = problem;
  const { x: far, found } = await start(problem);
  if ((await tf.max(found).data())[0] === 0) return inputs;
  const distanceOf = (image: tf.Tensor4D) => norm(tf.sub(image, inputs), threat.norm);
  let x = await toBorder(problem, far);
  let best: Best = { image: x, distance: distanceOf(x) };
  for (let step = 0; step < options.steps; step++) {
    const distance = distanceOf(x);
    const queries = Math.trunc(Math.min(options.evaluations * Math.sqrt(step + 1), options.maxEvaluations));
    const around = await estimate(problem, x, { queries, best, reach: reachOf(problem, distance, step) });
    const size = tf.div(distance, Math.sqrt(step + 1)) as tf.Tensor1D;
    x = await toBorder(problem, await leap(problem, x, { way: around.way, size }));
    best = closer(problem, around.best, { image: x, hit: found });
  }
  return choose(found, best.image, inputs);
}
