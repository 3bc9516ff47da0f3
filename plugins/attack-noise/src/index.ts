import { clipToBounds, defineAttack, succeeded, type AttackProblem } from '@entropic-lab/plugin-sdk';
import { norm, perExample, uniformInBall } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const options = z.strictObject({
  repeats: z.int().min(1).default(1).meta({ title: 'Repeats', description: 'Draws per image; the first that the network gets wrong is kept.' }),
});
type NoiseProblem = AttackProblem<z.output<typeof options>>;

/** What any attack must beat: random noise of the same size. l2: Gaussian, scaled to epsilon. linf, l1: uniform in the ball. */
export default defineAttack({
  name: 'noise',
  version: '0.1.0',
  title: 'Additive noise',
  summary: 'Random noise of length epsilon, clipped to the bounds, once or many times.',
  options,
  presets: { foolbox: { repeats: 1 }, 'foolbox-repeated': { repeats: 100 }, paper: { repeats: 1 } },
  norms: ['linf', 'l2', 'l1'],
  needs: ['queries', 'labels'],
  search: 'bounded',
  mostCalls: ({ repeats }) => repeats,
  async perturb(problem) {
    const { inputs, model, criterion, options: chosen } = problem;
    if (chosen.repeats === 1) return problem.loop(1, inputs, () => noisy(problem));
    const start = { x: inputs, found: tf.zeros([inputs.shape[0]]) };
    const { x } = await problem.loop(chosen.repeats, start, (state) => {
      const next = noisy(problem);
      const keep = perExample(state.found, next);
      return {
        x: tf.add(tf.mul(state.x, keep), tf.mul(next, tf.sub(1, keep))) as tf.Tensor4D,
        found: tf.maximum(state.found, succeeded(criterion, model.logits(next))),
      };
    });
    return x;
  },
});

function noisy({ inputs, random, threat }: NoiseProblem): tf.Tensor4D {
  const delta = threat.norm === 'l2' ? ofLength(random.normal(), threat.epsilon) : uniformInBall(random, threat);
  return clipToBounds(tf.add(inputs, delta) as tf.Tensor4D, threat);
}

function ofLength(draw: tf.Tensor, length: number): tf.Tensor {
  return tf.mul(draw, perExample(tf.div(length, norm(draw, 'l2')), draw));
}
