import { objective, targetedDlr, type Objective } from '@entropic-lab/plugin-sdk';
import * as tf from '@tensorflow/tfjs-core';
import { advance, begin, pick, type ApgdProblem, type Ascent } from './ascent.ts';

/** PGD whose step size halves by example where it stops paying, going back to the best point. */
export async function apgd(problem: ApgdProblem): Promise<tf.Tensor4D> {
  let x = problem.inputs;
  let found = tf.zeros([x.shape[0]]) as tf.Tensor1D;
  for (const goal of await objectives(problem)) {
    for (let restart = 0; restart < problem.options.restarts; restart++) {
      const end = await ascend(problem, goal);
      const image = pick(end.adversarial.found, end.adversarial.x, end.best.x);
      x = pick(found, x, image);
      found = tf.maximum(found, end.adversarial.found);
    }
    if ((await tf.min(found).data())[0] === 1) break;
  }
  return x;
}

async function ascend(problem: ApgdProblem, goal: Objective): Promise<Ascent> {
  const { options, loop } = problem;
  const step = advance(problem, goal);
  let state = await loop(1, placeholder(problem), () => begin(problem, goal));
  let last = { reduced: tf.onesLike(state.loss), bestLoss: state.best.loss };
  for (const steps of looks(options.steps)) {
    state = await loop(steps, state, step);
    const reduced = stalled(state, { ...last, steps, rho: options.rho });
    state = halved(state, reduced);
    last = { reduced, bestLoss: state.best.loss };
  }
  return state;
}

/** Steps from one look at the step size to the next: 22 % of all, then 3 % less each time, 6 % at least. */
export function looks(steps: number): number[] {
  const share = (part: number) => Math.max(Math.trunc(part * steps), 1);
  const lengths: number[] = [];
  for (let done = 0, length = share(0.22); done < steps; length = Math.max(length - share(0.03), share(0.06))) {
    lengths.push(Math.min(length, steps - done));
    done += length;
  }
  return lengths;
}

interface Look {
  readonly reduced: tf.Tensor1D;
  readonly bestLoss: tf.Tensor1D;
  readonly steps: number;
  readonly rho: number;
}

/** 1 where too few steps rose, or where the step was kept and the best has not improved since. Conditions 1 and 2, section 3.2. */
function stalled({ rises, best }: Ascent, { reduced, bestLoss, steps, rho }: Look): tf.Tensor1D {
  const few = tf.cast(tf.lessEqual(rises, steps * rho), 'float32');
  const idle = tf.mul(tf.sub(1, reduced), tf.cast(tf.greaterEqual(bestLoss, best.loss), 'float32'));
  return tf.maximum(few, idle) as tf.Tensor1D;
}

function halved(state: Ascent, reduced: tf.Tensor1D): Ascent {
  return {
    ...state,
    x: pick(reduced, state.best.x, state.x),
    gradient: pick(reduced, state.best.gradient, state.gradient),
    rises: tf.zerosLike(state.rises),
    stepSize: tf.mul(state.stepSize, tf.sub(1, tf.mul(reduced, 0.5))),
  };
}

/**
 * What to increase, one goal after another: one, or one for each class near each clean image. Targeted DLR is defined
 * from four classes on; with fewer, the margin stands in.
 */
async function objectives({ criterion, options, model, inputs, labels }: ApgdProblem): Promise<Objective[]> {
  if (options.objective !== 'targetedDlr') return [objective(criterion, options.objective)];
  if (criterion.kind === 'targeted') return [objective(criterion, 'dlr')];
  const [logits, truth] = await Promise.all([model.logits(inputs).data(), labels.data()]);
  const ranked = Array.from(truth, (label, row) => {
    const values = logits.subarray(row * model.classes, (row + 1) * model.classes);
    return [...values.keys()].filter((k) => k !== label).sort((a, b) => values[b]! - values[a]!);
  });
  return Array.from({ length: Math.min(options.targets, model.classes - 1) }, (_, rank) => {
    const classes = tf.tensor1d(ranked.map((others) => others[rank]!), 'int32');
    return model.classes < 4 ? objective({ kind: 'targeted', targetClasses: classes }, 'margin') : (z) => targetedDlr(z, classes);
  });
}

/** A state of the right shapes for the step that draws the start. */
function placeholder({ inputs: x }: ApgdProblem): Ascent {
  const none = tf.zeros([x.shape[0]]) as tf.Tensor1D;
  return { x, before: x, gradient: x, loss: none, best: { x, gradient: x, loss: none }, adversarial: { x, found: none }, rises: none, stepSize: none, fresh: tf.scalar(1) };
}
