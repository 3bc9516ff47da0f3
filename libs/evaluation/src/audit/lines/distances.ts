import { selectExamples } from '@entropic-lab/datasets';
import { medianMinimalPerturbation, minimalDistances } from '@entropic-lab/protocol';
import { cleverScores } from '../../metrics/clever.ts';
import { empiricalRobustness } from '../../metrics/empirical-robustness.ts';
import { median } from '../../wilson.ts';
import { attackSome } from '../attack-run.ts';
import type { BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { quantity, share } from '../measured.ts';
import { withAttack } from './attack-lines.ts';
import { largestBudget } from './epsilons.ts';

/** How far the nearest adversarial example is, by the shortest perturbation that an attack finds. */
export const minimalPerturbation: BatteryLine = {
  id: 'minimal-perturbation',
  title: 'Shortest perturbations',
  measures: 'FMN without a budget: the median over the examples of the shortest perturbation found, where none counts as infinite; and empirical robustness, the mean of their lengths over those of the images, of those found.',
  threshold: 'none: it says how far, not whether the claim holds.',
  reference: 'Pintor et al. 2021 (FMN); Moosavi-Dezfooli et al. 2016, equation (1), for empirical robustness.',
  on: 'sample',
  cost: ({ minimalSteps }) => 3 * minimalSteps,
  run: (context) =>
    withAttack({ plugin: 'fmn' }, context, async function* (attack) {
      const { job, sample, scale } = context;
      const threat = { ...job.threat, epsilon: largestBudget(job) };
      const { result, calls } = yield* attackSome(context, { attack, options: { steps: scale.minimalSteps }, indices: sample, threat });
      const distances = minimalDistances([result]);
      const middle = medianMinimalPerturbation(distances);
      const { mean } = empiricalRobustness(distances, job.examples);
      return {
        finding: 'clear',
        text: middle === null ? 'FMN finds a perturbation of half of the examples or fewer.' : `Half of the examples fall within ${middle.toPrecision(3)} in ${job.threat.norm}; the audit is at ${job.threat.epsilon}.`,
        measured: [quantity('median minimal perturbation', middle, 'pixels'), quantity('empirical robustness', mean, 'share of the image'), share('found', distances.found, distances.correct)],
        examples: sample.length,
        calls,
      };
    }),
};

/** Slopes that are drawn for each class and example, and how many times. */
const CLEVER = { maxima: 20, samples: 32, targets: 3 };

/** The same without an attack: an estimate from slopes drawn around the image. */
export const clever: BatteryLine = {
  id: 'clever',
  title: 'CLEVER',
  measures: `The median CLEVER score of a few examples, untargeted, ${CLEVER.targets} classes, ${CLEVER.maxima} maxima of ${CLEVER.samples} slopes in the ball of twice epsilon, which bounds the score.`,
  threshold: 'none: it estimates from gradients, so where these are hidden it is too high, as an attack is.',
  reference: 'Weng et al. 2018; Goodfellow 2018 on what deceives it.',
  on: 'sample',
  cost: ({ cleverSample, sample }) => (2 * CLEVER.maxima * CLEVER.samples * CLEVER.targets * cleverSample) / sample,
  run: measure,
};

async function* measure({ job, sample, scale, rng }: LineContext): AsyncGenerator<number, LineOutcome, undefined> {
  const few = sample.subarray(0, scale.cleverSample);
  const examples = selectExamples(job.examples, few, job.examples.name);
  const radius = 2 * job.threat.epsilon;
  const scores: number[] = [];
  for await (const score of cleverScores({ ...job, ...CLEVER, examples, norm: job.threat.norm, radius, rng })) {
    scores.push(score ?? 0);
    yield scores.length / few.length;
  }
  const middle = median(scores);
  const calls = CLEVER.maxima * CLEVER.samples * CLEVER.targets;
  return {
    finding: 'clear',
    text: `The median score of ${few.length} examples is ${middle?.toPrecision(3) ?? 'none'} in ${job.threat.norm}, of at most ${radius}.`,
    measured: [quantity('median CLEVER score', middle, 'pixels'), quantity('radius', radius, 'pixels')],
    examples: few.length,
    calls: { forward: calls, backward: calls },
  };
}
