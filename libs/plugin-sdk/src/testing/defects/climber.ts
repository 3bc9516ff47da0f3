import type { Norm } from '@entropic-lab/protocol';
import { perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { defineAttack, type AttackDefinition, type AttackProblem } from '../../attack.ts';
import { direction, inputGradient, project, randomStart } from '../../author/descent.ts';
import { objective, succeeded } from '../../author/objective.ts';

const options = z.strictObject({ restarts: z.int().min(1).default(1) });
type Problem = AttackProblem<z.output<typeof options>>;

/** Parts of a sound bounded attack; a defect replaces one. */
export interface ClimberParts {
  start(problem: Problem): tf.Tensor4D;
  direction(gradient: tf.Tensor4D, norm: Norm): tf.Tensor4D;
  project(x: tf.Tensor4D, problem: Problem): tf.Tensor4D;
  /** Which of two results to go on with: 1 for the first, [batch]. */
  prefer(first: tf.Tensor1D, second: tf.Tensor1D): tf.Tensor;
  finish(x: tf.Tensor4D, problem: Problem): tf.Tensor4D | Promise<tf.Tensor4D>;
}

const sound: ClimberParts = {
  start: randomStart,
  direction,
  project: (x, { inputs, threat }) => project(x, inputs, threat),
  prefer: (first) => first,
  finish: (x) => x,
};

/** Ten steps of a tenth of epsilon each, restarted by example. */
export function climber(defect: Partial<ClimberParts> = {}, norms: readonly Norm[] = ['linf', 'l2']): AttackDefinition {
  const parts = { ...sound, ...defect };
  const climb = (problem: Problem) => {
    const { model, criterion, threat, loop } = problem;
    const goal = objective(criterion, 'margin');
    return loop(20, parts.start(problem), (x) => {
      const step = tf.mul(parts.direction(inputGradient(model, x, goal), threat.norm), threat.epsilon / 5);
      return parts.project(tf.add(x, step) as tf.Tensor4D, problem);
    });
  };
  return defineAttack({
    name: 'climber', version: '1.0.0', title: 'Climber', summary: '', options, norms, needs: ['gradients', 'logits', 'labels'], search: 'bounded',
    async perturb(problem) {
      const success = (x: tf.Tensor4D) => succeeded(problem.criterion, problem.model.logits(x));
      let x = await climb(problem);
      for (let restart = 1; restart < problem.options.restarts; restart++) {
        const other = await climb(problem);
        const keep = perExample(parts.prefer(success(x), success(other)), x);
        x = tf.add(tf.mul(x, keep), tf.mul(other, tf.sub(1, keep))) as tf.Tensor4D;
      }
      return parts.finish(x, problem);
    },
  }) as unknown as AttackDefinition;
}
