import { direction, lossAndGradient, project, randomStart, succeeded } from '@entropic-lab/plugin-sdk';
import { exampleRandom } from '@entropic-lab/plugin-sdk/host';
import { crossEntropy, dispose } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { tensorBatches, throwIfCancelled } from '../../predict.ts';
import type { BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { findingOf, percent, share } from '../measured.ts';

/** Steps of the claim's attack, in shares of epsilon. */
const STEP_SIZE = 0.01 / 0.3;
/** Cross-entropy below this is a rounding, not a rise. */
const FLAT = 1e-6;
/** The last steps, as a share of all. */
const LAST = 0.1;
/** A network that errs gives the label at most half of the probability. */
const BOUNDARY = Math.LN2;

const flat = 'flat loss';
export const rising = 'still rising at the end';
export const lost = 'success lost again';

export const lossPath: BatteryLine = {
  id: 'loss-path',
  title: 'Loss along the attack',
  measures: "The cross-entropy at each step of the claim's attack: examples for which it never rises by 1e-6, which survive though as many steps again, at the pace of the last tenth of them, would take it to log 2, where a network can err, and which were adversarial on the way and are not at the end.",
  threshold: 'concern 5 %, alarm 50 % of examples with a flat loss: no signal, so that their survival says nothing.',
  reference: 'Carlini et al. 2019. Indicators of Pintor et al.; the next two lines read the same path.',
  on: 'sample',
  cost: ({ pgdSteps }) => 3 * pgdSteps,
  run: measure,
};

/** Cross-entropy and success of one example, before each step and after the last. */
interface Path {
  readonly losses: number[];
  readonly hits: boolean[];
}

async function* measure(context: LineContext): AsyncGenerator<number, LineOutcome, undefined> {
  const { sample, scale } = context;
  const paths: Path[] = [];
  for await (const batch of pathsOf(context)) {
    paths.push(...batch);
    yield paths.length / sample.length;
  }
  const unbroken = paths.filter(({ hits }) => !hits.at(-1)!);
  const flatOnes = unbroken.filter(({ losses }) => rise(losses) <= FLAT).length;
  const risingOnes = unbroken.filter(({ losses }) => lateRise(losses) > FLAT && losses.at(-1)! + lateRise(losses) / LAST >= BOUNDARY).length;
  const lostOnes = unbroken.filter(({ hits }) => hits.includes(true)).length;
  const found = paths.flatMap(({ hits }, row) => (hits.at(-1)! ? [sample[row]!] : []));
  return {
    finding: findingOf(flatOnes, paths.length),
    text: `The loss never rises for ${percent(flatOnes, paths.length)} of the examples; ${percent(unbroken.length, paths.length)} survive.`,
    measured: [share(flat, flatOnes, paths.length), share(rising, risingOnes, paths.length), share(lost, lostOnes, paths.length), share('broken', found.length, paths.length)],
    examples: paths.length,
    calls: { forward: scale.pgdSteps + 1, backward: scale.pgdSteps + 1 },
  };
}

async function* pathsOf(context: LineContext): AsyncGenerator<Path[], void, undefined> {
  const { job, sample, rng } = context;
  for await (const { images, labels, indices, size } of tensorBatches(job, sample)) {
    const classes = tf.tensor1d(labels, 'int32');
    const random = exampleRandom({ rngs: Array.from(indices, (index) => rng.fork(index)), inputShape: job.examples.inputShape });
    const start = tf.tidy(() => randomStart({ inputs: images, random, threat: job.threat }));
    try {
      yield await pathsFrom(context, { images, start, classes, size });
    } finally {
      dispose([classes, start]);
    }
  }
}

interface Starts {
  readonly images: tf.Tensor4D;
  readonly start: tf.Tensor4D;
  readonly classes: tf.Tensor1D;
  readonly size: number;
}

async function pathsFrom(context: LineContext, { images, start, classes, size }: Starts): Promise<Path[]> {
  const { runner, signal } = context.job;
  const steps = context.scale.pgdSteps + 1;
  const paths: Path[] = Array.from({ length: size }, () => ({ losses: [], hits: [] }));
  using loop = runner.loop(stepOf(context, images, classes), start, { name: 'loss along the attack' });
  for (let done = 0; done < steps; ) {
    throwIfCancelled(signal);
    const count = Math.min(loop.stepsPerCall, steps - done);
    const iterations = Array.from({ length: count }, (_, at) => tf.scalar(done + at));
    for (const { loss, hit } of await loop.run(iterations)) {
      const [losses, hits] = await Promise.all([loss.data(), hit.data()]);
      paths.forEach((path, row) => (path.losses.push(losses[row]!), path.hits.push(hits[row] === 1)));
      dispose([loss, hit]);
    }
    dispose(iterations);
    done += count;
  }
  return paths;
}

/** What the loss is at `x`, and the next `x`. */
function stepOf({ job }: LineContext, inputs: tf.Tensor4D, labels: tf.Tensor1D) {
  const { network, threat } = job;
  return (x: tf.Tensor4D) => {
    const forward = (at: tf.Tensor4D) => {
      const { logits } = network.apply(network.params, at);
      return { logits, loss: crossEntropy(logits, labels) };
    };
    const { loss, logits, gradient } = lossAndGradient(x, forward, network.classes);
    const along = tf.mul(direction(gradient, threat.norm), STEP_SIZE * threat.epsilon);
    return { state: project(tf.add(x, along) as tf.Tensor4D, inputs, threat), y: { loss, hit: succeeded({ kind: 'untargeted', labels }, logits) } };
  };
}

function rise(losses: readonly number[]): number {
  return Math.max(...losses) - losses[0]!;
}

/** How much higher the loss gets in the last steps than it was before them. */
function lateRise(losses: readonly number[]): number {
  const from = Math.ceil((1 - LAST) * losses.length);
  return Math.max(0, Math.max(...losses.slice(from)) - Math.max(...losses.slice(0, from)));
}
