import { clipToBounds, lossAndGradient, succeeded, type AttackProblem } from '@entropic-lab/plugin-sdk';
import { labelLogit, norm, perExample } from '@entropic-lab/tensor';
import type { Norm } from '@entropic-lab/protocol';
import * as tf from '@tensorflow/tfjs-core';
import type { DeepFoolOptions } from './options.ts';

type Problem = AttackProblem<DeepFoolOptions>;

/** Where an example is, the sum of its steps, and 1 once it has succeeded. */
type Walk = { x: tf.Tensor4D; total: tf.Tensor4D; found: tf.Tensor1D };

/** Steps between two looks at whether anybody still walks. */
const STEPS_AT_A_TIME = 5;
/** Added to the distance to a border, so that rounding does not leave an image on it. As in foolbox. */
const BEYOND = 1e-4;
const SMALLEST_NORMAL = 2 ** -126;

/** Steps to the nearest border of the network made linear, until it is crossed. Algorithm 2 of the paper. */
export async function deepFool(problem: Problem): Promise<tf.Tensor4D> {
  const { inputs, model, criterion, options } = problem;
  const others = await otherClasses(problem);
  const none = tf.zeros([inputs.shape[0]]) as tf.Tensor1D;
  let walk: Walk = { x: inputs, total: tf.zerosLike(inputs), found: none };
  const step = (state: Walk) => take(problem, others, state);
  for (let taken = 0; taken < options.steps; taken += STEPS_AT_A_TIME) {
    walk = await problem.loop(Math.min(STEPS_AT_A_TIME, options.steps - taken), walk, step);
    if ((await tf.min(walk.found).data())[0] === 1) break;
  }
  const end = await problem.loop(1, walk, (state): Walk => ({ ...state, found: tf.maximum(state.found, succeeded(criterion, model.logits(state.x))) }));
  const keep = perExample(end.found, inputs);
  return tf.add(tf.mul(end.x, keep), tf.mul(inputs, tf.sub(1, keep))) as tf.Tensor4D;
}

/** One step of every example that has not succeeded. */
function take(problem: Problem, others: readonly tf.Tensor1D[], { x, total, found }: Walk): Walk {
  const { inputs, model, labels, threat, options, criterion } = problem;
  let nearest: { distance: tf.Tensor1D; step: tf.Tensor4D } | undefined;
  let there = found;
  for (const other of others) {
    const { loss, gradient, logits } = lossAndGradient(x, (images) => {
      const z = model.logits(images);
      return { logits: z, loss: tf.sub(labelLogit(z, labels), labelLogit(z, other)) };
    }, model.classes);
    if (nearest === undefined) there = tf.maximum(found, succeeded(criterion, logits));
    const border = toBorder(loss, gradient, threat.norm);
    nearest = nearest === undefined ? border : nearer(nearest, border);
  }
  const goesOn = perExample(tf.sub(1, there), x);
  const sum = tf.add(total, tf.mul(nearest!.step, goesOn)) as tf.Tensor4D;
  const moved = clipToBounds(tf.add(inputs, tf.mul(sum, 1 + options.overshoot)) as tf.Tensor4D, threat);
  return { x: tf.add(tf.mul(moved, goesOn), tf.mul(x, tf.sub(1, goesOn))), total: sum, found: there };
}

/** The step to where a linear function of that value and gradient is 0: along the gradient (l2) or its sign (linf). */
function toBorder(value: tf.Tensor1D, gradient: tf.Tensor4D, kind: Norm): { distance: tf.Tensor1D; step: tf.Tensor4D } {
  const length = tf.maximum(norm(gradient, kind === 'l2' ? 'l2' : 'l1'), SMALLEST_NORMAL);
  const slope = tf.step(tf.sub(norm(gradient, 'linf'), SMALLEST_NORMAL));
  // Without any gradient a border is infinitely far, and the step to it none.
  const distance = tf.add(tf.div(tf.abs(value), length), tf.mul(tf.sub(1, slope), 1e30)) as tf.Tensor1D;
  const unit = kind === 'l2' ? tf.div(gradient, perExample(length, gradient)) : tf.sign(gradient);
  const walked = tf.mul(tf.add(tf.mul(distance, slope), BEYOND), slope);
  return { distance, step: tf.neg(tf.mul(unit, perExample(walked, gradient))) as tf.Tensor4D };
}

function nearer(a: { distance: tf.Tensor1D; step: tf.Tensor4D }, b: typeof a): typeof a {
  const first = tf.cast(tf.lessEqual(a.distance, b.distance), 'float32');
  const keep = perExample(first, a.step);
  return {
    distance: tf.minimum(a.distance, b.distance),
    step: tf.add(tf.mul(a.step, keep), tf.mul(b.step, tf.sub(1, keep))) as tf.Tensor4D,
  };
}

/** The classes to walk to, the most likely first, [batch] each: those of each clean image, or the target alone. */
async function otherClasses({ inputs, labels, model, criterion, options }: Problem): Promise<tf.Tensor1D[]> {
  if (criterion.kind === 'targeted') return [criterion.targetClasses];
  const [logits, truth] = await Promise.all([model.logits(inputs).data(), labels.data()]);
  const count = Math.min(options.candidates, model.classes) - 1;
  const ranked = Array.from(truth, (label, row) => {
    const values = logits.subarray(row * model.classes, (row + 1) * model.classes);
    return [...values.keys()].filter((k) => k !== label).sort((a, b) => values[b]! - values[a]!);
  });
  return Array.from({ length: count }, (_, rank) => tf.tensor1d(ranked.map((classes) => classes[rank]!), 'int32'));
}
