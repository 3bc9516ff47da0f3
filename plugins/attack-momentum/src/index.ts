import { defineAttack, direction, inputGradient, objective, objectiveNames, project, randomStart } from '@entropic-lab/plugin-sdk';
import { norm, perExample } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const options = z.strictObject({
  steps: z.int().min(1).default(10).meta({ title: 'Steps' }),
  stepSize: z.number().positive().default(0.1).meta({ title: 'Step size', description: 'Length of a step.', unit: 'epsilon' }),
  decay: z.number().min(0).default(1).meta({ title: 'Decay', description: 'Share of the gathered gradients that is kept at each step (mu). 0: no momentum.' }),
  randomStart: z.boolean().default(false).meta({ title: 'Random start', description: 'Start uniformly in the ball, not at the input.' }),
  objective: z.enum(objectiveNames).default('crossEntropy').meta({ title: 'Objective', description: 'What the steps increase.' }),
});

/** Smallest float32 that is not denormal. */
const SMALLEST_NORMAL = 2 ** -126;

/** g = decay g + gradient / |gradient|_1, x = project(x + stepSize epsilon sign g). Algorithm 1 of the paper. */
export default defineAttack({
  name: 'momentum',
  version: '0.1.0',
  title: 'Momentum iterative method',
  summary: 'The basic iterative method along gathered gradients, which also fools other networks more often.',
  citation: {
    authors: 'Y. Dong, F. Liao, T. Pang, H. Su, J. Zhu, X. Hu, J. Li',
    title: 'Boosting Adversarial Attacks with Momentum',
    year: 2018,
    url: 'https://arxiv.org/abs/1710.06081',
  },
  options,
  presets: { paper: { steps: 10, stepSize: 0.1, decay: 1 } },
  norms: ['linf', 'l2', 'l1'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'bounded',
  mostCalls: ({ steps }) => steps,
  async perturb(problem) {
    const { inputs: x0, model, criterion, threat, options: chosen } = problem;
    const goal = objective(criterion, chosen.objective);
    const start = { x: chosen.randomStart ? randomStart(problem) : x0, gathered: tf.zerosLike(x0) };
    const { x } = await problem.loop(chosen.steps, start, (state) => {
      const gathered = tf.add(tf.mul(state.gathered, chosen.decay), scaled(inputGradient(model, state.x, goal))) as tf.Tensor4D;
      const step = tf.mul(direction(gathered, threat.norm), chosen.stepSize * threat.epsilon);
      return { x: project(tf.add(state.x, step) as tf.Tensor4D, x0, threat), gathered };
    });
    return x;
  },
});

/** The gradient over its l1 norm, by its largest magnitude first, so that no tiny gradient is lost. */
function scaled(gradient: tf.Tensor4D): tf.Tensor4D {
  const byLargest = tf.div(gradient, perExample(tf.maximum(norm(gradient, 'linf'), SMALLEST_NORMAL), gradient));
  return tf.div(byLargest, perExample(tf.maximum(norm(byLargest, 'l1'), SMALLEST_NORMAL), gradient));
}
