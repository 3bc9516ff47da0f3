import { labelMask, norm, perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { defineAttack, type AttackDefinition, type AttackProblem } from '../../attack.ts';
import { clipToBounds, lossAndGradient } from '../../author/descent.ts';

type Walk = { x: tf.Tensor4D; found: tf.Tensor1D };
type Problem = AttackProblem<object>;

/** Parts of a sound minimal l2 attack; a defect replaces one. */
export interface WalkerParts {
  readonly steps: number;
  /** How far from success, positive before it: logits -> [batch]. */
  margin(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D;
  move(margin: tf.Tensor1D, gradient: tf.Tensor4D): tf.Tensor4D;
  /** 1 where an example goes on. */
  goesOn(found: tf.Tensor1D, margin: tf.Tensor1D): tf.Tensor;
  start(problem: Problem): tf.Tensor4D;
  result(problem: Problem, walk: Walk): tf.Tensor4D;
}

const sound: WalkerParts = {
  steps: 30,
  margin: (logits, labels) => {
    const mask = labelMask(logits, labels);
    return tf.sub(tf.sum(tf.mul(logits, mask), 1), tf.max(tf.sub(logits, tf.mul(mask, 1e30)), 1));
  },
  // To the border of the linear network that the gradient describes, and a little beyond.
  move: (margin, gradient) => {
    const length = tf.maximum(norm(gradient, 'l2'), 1e-30);
    const distance = tf.add(tf.mul(tf.div(margin, length), 1.02), 1e-3);
    return tf.mul(gradient, perExample(tf.neg(tf.div(distance, length)), gradient));
  },
  goesOn: (found) => tf.sub(1, found),
  start: ({ inputs }) => inputs,
  result: ({ inputs }, { x, found }) => {
    const keep = perExample(found, x);
    return tf.add(tf.mul(x, keep), tf.mul(inputs, tf.sub(1, keep)));
  },
};

/** Walks to the nearest border of the linear network that the gradient describes, again and again, as DeepFool does. */
export function walker(defect: Partial<WalkerParts> = {}): AttackDefinition {
  const parts = { ...sound, ...defect };
  return defineAttack({
    name: 'walker', version: '1.0.0', title: 'Walker', summary: '', options: z.strictObject({}), norms: ['l2'], needs: ['gradients', 'logits', 'labels'], search: 'minimal',
    async perturb(problem) {
      const { model, labels, threat } = problem;
      const forward = (x: tf.Tensor4D) => {
        const logits = model.logits(x);
        return { logits, loss: parts.margin(logits, labels) };
      };
      const start: Walk = { x: parts.start(problem), found: tf.zeros([labels.shape[0]]) };
      const end = await problem.loop(parts.steps, start, ({ x, found }) => {
        const { loss, gradient } = lossAndGradient(x, forward, model.classes);
        const now = tf.maximum(found, tf.step(tf.neg(loss))) as tf.Tensor1D;
        const moved = tf.add(x, tf.mul(parts.move(loss, gradient), perExample(parts.goesOn(now, loss), x))) as tf.Tensor4D;
        return { x: clipToBounds(moved, threat), found: now };
      });
      return parts.result(problem, end);
    },
  }) as unknown as AttackDefinition;
}
