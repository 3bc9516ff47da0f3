import { clipToBounds, lossAndGradient, succeeded, type AttackProblem } from '@entropic-lab/plugin-sdk';
import { labelLogit, norm, perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { stepOntoPlane } from './onto-plane.ts';
import type { FabOptions } from './options.ts';

export type FabProblem = AttackProblem<FabOptions>;

/** The closest success of each example, and how far it is from the input; FAR where there is none. */
export type Best = { image: tf.Tensor4D; distance: tf.Tensor1D };
export type Walk = { x: tf.Tensor4D; best: Best };

export const FAR = 1e30;
/** Below this a step has no length to speak of. As in the reference implementation. */
const SHORTEST = 1e-8;

/**
 * One step to the border between the label and another class, made linear: from where the walk is, drawn a little
 * towards the step that the input would take; after a success back towards the input. Algorithm 1 of the paper.
 * @param target class of each example
 * @param goesOn 1 for the examples that still search
 */
export function advance(problem: FabProblem, target: tf.Tensor1D, goesOn: tf.Tensor1D): (walk: Walk) => Walk {
  const { inputs: x0, model, criterion, labels, threat, options } = problem;
  const forward = (x: tf.Tensor4D) => {
    const logits = model.logits(x);
    return { logits, loss: tf.sub(labelLogit(logits, labels), labelLogit(logits, target)) as tf.Tensor1D };
  };
  return ({ x, best }) => {
    const { loss: value, gradient } = lossAndGradient(x, forward, model.classes);
    const twice = { value: tf.tile(value, [2]), gradient: tf.tile(gradient, [2, 1, 1, 1]), x: tf.tile(x, [2, 1, 1, 1]) };
    const [here, there] = tf.split(stepOntoPlane(tf.concat([x, x0], 0), twice, threat), 2, 0) as [tf.Tensor4D, tf.Tensor4D];
    const [length, lengthThere] = [here, there].map((step) => tf.maximum(norm(step, threat.norm), SHORTEST)) as [tf.Tensor, tf.Tensor];
    const alpha = perExample(tf.minimum(tf.div(length, tf.add(length, lengthThere)), options.alphaMax), x);
    const beyond = (from: tf.Tensor4D, step: tf.Tensor4D, share: tf.Tensor) => tf.mul(tf.add(from, tf.mul(step, options.eta)), share);
    const next = clipToBounds(tf.add(beyond(x, here, tf.sub(1, alpha)), beyond(x0, there, alpha)) as tf.Tensor4D, threat);
    const hit = succeeded(criterion, model.logits(next));
    const back = perExample(tf.mul(hit, 1 - options.beta), x);
    return { x: tf.sub(next, tf.mul(tf.sub(next, x0), back)) as tf.Tensor4D, best: closer(problem, best, { x: next, counts: tf.mul(hit, goesOn) as tf.Tensor1D }) };
  };
}

function closer({ inputs, threat }: FabProblem, best: Best, { x, counts }: { x: tf.Tensor4D; counts: tf.Tensor1D }): Best {
  const distance = norm(tf.sub(x, inputs), threat.norm);
  const better = tf.mul(counts, tf.step(tf.sub(best.distance, distance)));
  const take = perExample(better, x);
  return {
    image: tf.add(tf.mul(x, take), tf.mul(best.image, tf.sub(1, take))) as tf.Tensor4D,
    distance: tf.add(tf.mul(distance, better), tf.mul(best.distance, tf.sub(1, better))) as tf.Tensor1D,
  };
}
