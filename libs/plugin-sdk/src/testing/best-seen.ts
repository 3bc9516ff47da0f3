import { eagerRunner } from '@entropic-lab/tensor';
import type { AttackProblem } from '../attack.ts';
import { pixelPairs } from '../host/into-threat-model.ts';
import { allowed, perturbationLength } from '../host/measure.ts';
import type { Finding, Subject } from './conformance.ts';
import type { TestCase } from './linear-case.ts';
import { trial } from './trial.ts';

/** Slack for rounding between an image that was seen and the same image returned. */
const SLACK = 1.02;

/**
 * Watches every image that the attack shows the network. Where one of them was a success that the threat model allows,
 * the image returned must be one too, and for a minimal attack no farther. Runs eagerly: only so can it watch.
 */
export async function bestSeen(subject: Subject, test: TestCase, epsilon: number): Promise<Finding | undefined> {
  const { attack, norm } = subject;
  const { batch, bounds, network } = test;
  const threat = { norm, epsilon, bounds };
  const best = new Float64Array(batch.labels.length).fill(Infinity);
  const watched = {
    ...attack,
    perturb: (problem: AttackProblem<never>) => {
      const model = {
        classes: problem.model.classes,
        logits: (inputs: Parameters<typeof problem.model.logits>[0]) => {
          const logits = problem.model.logits(inputs);
          if (inputs.shape[0] !== batch.labels.length) return logits;
          const values = logits.dataSync();
          pixelPairs(batch.pixels, inputs.dataSync() as Float32Array, batch.labels.length).forEach((pair, row) => {
            const answers = values.subarray(row * network.classes, (row + 1) * network.classes);
            // By more than rounding: an attack may ask for more than a tie.
            const wins = Math.max(...answers) > answers[batch.labels[row]!]! + 1e-5;
            if (wins && allowed(pair, threat)) best[row] = Math.min(best[row]!, perturbationLength(pair, norm));
          });
          return logits;
        },
      };
      return attack.perturb({ ...problem, model });
    },
  };
  const eager = { ...subject, attack: watched as never, runner: eagerRunner(), options: subject.watchedOptions };
  const { found, distances } = await trial(eager, test, epsilon);
  const lost = found.filter((one, row) => !one && best[row]! < Infinity).length;
  if (lost > 0) return `for ${lost} images it saw a success on its way and returns none`;
  if (attack.search === 'bounded') return undefined;
  const farther = distances.filter((distance, row) => best[row]! < Infinity && distance > best[row]! * SLACK + 1e-4).length;
  return farther > 0 ? `for ${farther} images it saw a closer success on its way than it returns` : undefined;
}
