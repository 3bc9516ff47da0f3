import { entropyFlow, layerEntropies } from '@entropic-lab/entropy';
import { defineAttack, direction, objective, project, randomStart, type AttackDefinition } from '@entropic-lab/plugin-sdk';
import type { Attackable } from '@entropic-lab/plugin-sdk/host';
import { LabError } from '@entropic-lab/protocol';
import { dispose } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tensorBatches } from '../../predict.ts';
import { attackSome } from '../attack-run.ts';
import { notRun, type BatteryLine, type LineContext, type LineOutcome } from '../line.ts';
import { percent, share } from '../measured.ts';
import { selfScaled } from '../views.ts';
import { concernAt, outcomeOf, overturnedBy } from './compare.ts';

/** Weights of the entropy term against an objective that does not change with the scale of the logits. 0 is the control. */
const WEIGHTS = [0, 0.01, 0.1, 1];
const OBJECTIVES = ['crossEntropy', 'dlr'] as const;

export const adaptiveEntropy: BatteryLine = {
  id: 'adaptive-entropy',
  title: 'Adaptive attack on entropic retraining',
  measures: `PGD that knows the loss of equation (9): it increases the cross-entropy of self-scaled logits, or DLR, less w ((E_T - reference) / spread)^2, w = ${WEIGHTS.join(', ')}. Reference and spread are mean and standard deviation of E_T over the clean sample. An example counts as broken where any of the eight breaks it.`,
  threshold: 'concern where it breaks 5 % (at least 3) of the examples that the claim calls robust.',
  reference: 'Carlini and Wagner 2017 and Tramer et al. 2020 on adaptive attacks; Sperl and Boettinger 2020 leave it to future work.',
  on: 'sample',
  cost: ({ pgdSteps }) => 3 * pgdSteps * WEIGHTS.length * OBJECTIVES.length,
  run: measure,
};

interface Target {
  readonly reference: number;
  readonly spread: number;
}

async function* measure(context: LineContext): AsyncGenerator<number, LineOutcome, undefined> {
  const target = await cleanFlow(context);
  if (target === undefined) return notRun('The network gives fewer than two layers after an activation, so that E_T has no meaning.');
  const found = new Set<number>();
  const measured = [];
  const variants = OBJECTIVES.flatMap((goal) => WEIGHTS.map((weight) => ({ goal, weight })));
  let last;
  for (const [at, { goal, weight }] of variants.entries()) {
    const attack = { definition: adaptive(context.job.network, { goal, weight, ...target }), hash: 'audit' };
    const work = attackSome(context, { attack, options: { steps: context.scale.pgdSteps }, indices: context.sample, rng: context.rng.fork(at) });
    let step = await work.next();
    for (; step.done !== true; step = await work.next()) yield (at + step.value) / variants.length;
    last = step.value;
    last.found.forEach((index) => found.add(index));
    measured.push(share(`broken, ${goal}, w ${weight}`, last.found.length, context.sample.length));
  }
  return together(context, { ...last!, found: [...found].sort((a, b) => a - b) }, measured);
}

function together(context: LineContext, findings: Parameters<typeof outcomeOf>[1], measured: NonNullable<LineOutcome['measured']>): LineOutcome {
  const { sample } = context;
  const overturned = overturnedBy(context, { ...findings, indices: sample }).length;
  const calls = context.scale.pgdSteps * WEIGHTS.length * OBJECTIVES.length;
  const outcome = outcomeOf(sample, findings, {
    finding: concernAt(overturned, sample.length),
    text: `breaks ${percent(findings.found.length, sample.length)} of the sample, ${overturned} of which the claim calls robust.`,
    overturned,
  });
  return { ...outcome, measured: [...outcome.measured!, ...measured], calls: { forward: calls, backward: calls } };
}

/** Mean and standard deviation of E_T over the clean sample; undefined where the network has too few layers. */
async function cleanFlow({ job, sample }: LineContext): Promise<Target | undefined> {
  const { network, runner } = job;
  const flow = runner.jit((images: tf.Tensor4D) => entropyFlow(layerEntropies(network.apply(network.params, images))), { name: 'entropy flow' });
  const values: number[] = [];
  try {
    for await (const { images } of tensorBatches(job, sample)) {
      const output = await flow(images);
      values.push(...(await output.data()));
      dispose(output);
    }
  } catch (thrown) {
    if (thrown instanceof LabError && thrown.code === 'INVALID_INPUT') return undefined;
    throw thrown;
  }
  const reference = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, value) => sum + (value - reference) ** 2, 0) / Math.max(1, values.length);
  return { reference, spread: Math.sqrt(variance) || 1 };
}

const STEP_SIZE = 0.01 / 0.3;
const options = z.strictObject({ steps: z.int().min(1) });

/** The attack on one network, whose layers it reads. */
function adaptive(network: Attackable, { goal, weight, reference, spread }: Target & { goal: (typeof OBJECTIVES)[number]; weight: number }): AttackDefinition {
  const view = goal === 'crossEntropy' ? selfScaled(network) : network;
  const definition = defineAttack({
    name: 'adaptive-entropy', version: '0.1.0', title: adaptiveEntropy.title, summary: adaptiveEntropy.measures, options,
    norms: ['linf', 'l2', 'l1'], needs: ['gradients', 'logits', 'labels'], search: 'bounded',
    perturb(problem) {
      const increase = objective(problem.criterion, goal);
      const value = (x: tf.Tensor) => {
        const outputs = view.apply(view.params, x as tf.Tensor4D);
        const gain = tf.sum(increase(outputs.logits));
        if (weight === 0) return gain;
        const away = tf.div(tf.sub(entropyFlow(layerEntropies(outputs)), reference), spread);
        return tf.sub(gain, tf.mul(tf.sum(tf.square(away)), weight));
      };
      const length = STEP_SIZE * problem.threat.epsilon;
      return problem.loop(problem.options.steps, randomStart(problem), (x) => {
        const along = direction(tf.grad(value)(x) as tf.Tensor4D, problem.threat.norm);
        return project(tf.add(x, tf.mul(along, length)) as tf.Tensor4D, problem.inputs, problem.threat);
      });
    },
  });
  return definition as unknown as AttackDefinition;
}
