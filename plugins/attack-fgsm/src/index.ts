import { defineAttack, direction, inputGradient, objective, objectiveNames, project, randomStart } from '@entropic-lab/plugin-sdk';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const options = z.strictObject({
  randomStart: z.boolean().default(false).meta({ title: 'Random start', description: 'Start uniformly in the ball, not at the input.' }),
  objective: z
    .enum(objectiveNames)
    .default('crossEntropy')
    .meta({ title: 'Objective', description: 'What the step increases. Cross-entropy has no gradient on a network that is too confident for float32.' }),
});

/** x = x0 + epsilon * sign(gradient), equation (5) of the paper; l2 and l1 step along the gradient itself. */
export default defineAttack({
  name: 'fgsm',
  version: '0.1.0',
  title: 'Fast gradient sign method',
  summary: 'One step of length epsilon along the gradient of the loss.',
  citation: {
    authors: 'I. Goodfellow, J. Shlens, C. Szegedy',
    title: 'Explaining and Harnessing Adversarial Examples',
    year: 2015,
    url: 'https://arxiv.org/abs/1412.6572',
  },
  options,
  presets: { foolbox: {}, paper: {} },
  norms: ['linf', 'l2', 'l1'],
  needs: ['gradients', 'logits', 'labels'],
  search: 'bounded',
  mostCalls: () => 1,
  perturb(problem) {
    const { inputs: x0, model, criterion, threat } = problem;
    const goal = objective(criterion, problem.options.objective);
    const start = problem.options.randomStart ? randomStart(problem) : x0;
    return problem.loop(1, start, (x) => {
      const step = tf.mul(direction(inputGradient(model, x, goal), threat.norm), threat.epsilon);
      return project(tf.add(x, step) as tf.Tensor4D, x0, threat);
    });
  },
});
