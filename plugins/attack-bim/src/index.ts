import { defineAttack, direction, inputGradient, objective, objectiveNames, project, randomStart } from '@entropic-lab/plugin-sdk';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const options = z.strictObject({
  steps: z.int().min(1).default(10).meta({ title: 'Steps' }),
  stepSize: z.number().positive().default(0.2).meta({ title: 'Step size', description: 'Length of a step.', unit: 'epsilon' }),
  randomStart: z.boolean().default(false).meta({ title: 'Random start', description: 'Start uniformly in the ball, not at the input.' }),
  objective: z
    .enum(objectiveNames)
    .default('crossEntropy')
    .meta({ title: 'Objective', description: 'What the steps increase. Cross-entropy has no gradient on a network that is too confident for float32.' }),
});

/** x = project(x + stepSize * epsilon * sign(gradient)), from the input. Equation (2) of the paper. */
export default defineAttack({
  name: 'bim',
  version: '0.1.0',
  title: 'Basic iterative method',
  summary: 'A few large steps along the sign of the gradient, starting at the input.',
  citation: {
    authors: 'A. Kurakin, I. Goodfellow, S. Bengio',
    title: 'Adversarial Examples in the Physical World',
    year: 2017,
    url: 'https://arxiv.org/abs/1607.02533',
  },
  options,
  presets: { foolbox: {}, paper: {} },
  norms: ['linf', 'l2', 'l1'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'bounded',
  mostCalls: ({ steps }) => steps,
  perturb(problem) {
    const { inputs: x0, model, criterion, threat, options: chosen } = problem;
    const goal = objective(criterion, chosen.objective);
    const start = chosen.randomStart ? randomStart(problem) : x0;
    return problem.loop(chosen.steps, start, (x) => {
      const step = tf.mul(direction(inputGradient(model, x, goal), threat.norm), chosen.stepSize * threat.epsilon);
      return project(tf.add(x, step) as tf.Tensor4D, x0, threat);
    });
  },
});
