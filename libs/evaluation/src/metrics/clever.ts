import { readBatch } from '@entropic-lab/datasets';
import { exampleRandom } from '@entropic-lab/plugin-sdk/host';
import type { Norm } from '@entropic-lab/protocol';
import { dispose, norm as lengthOf, uniformInBall, type Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { answers, imagesTensor, logitsOf, throwIfCancelled, type Measurement } from '../predict.ts';
import { fitReverseWeibull } from './reverse-weibull.ts';

export interface CleverJob extends Measurement {
  /** Norm of the perturbation. */
  readonly norm: Norm;
  /** Radius of the ball in which slopes are looked at, in the units of the pixels; the score is at most this.. */
  readonly radius: number;
  readonly rng: Rng;
  /** Maxima that are fitted, and slopes of which each is the largest. The paper: 500 and 1,024. Default 50 and 64. */
  readonly maxima?: number;
  readonly samples?: number;
  /** Classes to move to, the most likely first. Default: all. */
  readonly targets?: number;
}

/** The score of one example; null where it is misclassified already. */
export type CleverScore = number | null;

const dual: Readonly<Record<Norm, Norm>> = { linf: 'l1', l2: 'l2', l1: 'linf' };

/**
 * CLEVER, untargeted: an estimate, without any attack, of how far the nearest adversarial example is. An estimate from
 * sampled gradients: masked gradients deceive it as they do an attack, so read it beside an audit.
 * T.-W. Weng et al., "Evaluating the robustness of neural networks: an extreme value theory approach", ICLR 2018.
 */
export async function* cleverScores(job: CleverJob): AsyncGenerator<CleverScore, void, undefined> {
  const { network, examples, runner, signal, rng, targets = network.classes - 1 } = job;
  const logits = logitsOf(network, runner);
  const slopes = slopesOf(job);
  for (let index = 0; index < examples.count; index++) {
    throwIfCancelled(signal);
    const { inputs, labels } = readBatch(examples, Int32Array.of(index));
    const image = imagesTensor(inputs, examples);
    const output = await logits(image);
    const values = (await output.data()) as Float32Array;
    dispose(output);
    const label = labels[0]!;
    if (answers(values, network.classes)[0] !== label) yield null;
    else {
      const others = [...values.keys()].filter((k) => k !== label).sort((a, b) => values[b]! - values[a]!);
      let score = job.radius;
      for (const target of others.slice(0, targets)) {
        const maxima = await slopes(image, { label, target, rng: rng.fork(index) });
        const lipschitz = fitReverseWeibull(maxima).location;
        if (lipschitz > 0) score = Math.min(score, (values[label]! - values[target]!) / lipschitz);
      }
      yield score;
    }
    image.dispose();
  }
}

interface Direction {
  readonly label: number;
  readonly target: number;
  readonly rng: Rng;
}

/** The largest dual norm of the gradient of logits[label] - logits[target], over samples of the ball, `maxima` times. */
function slopesOf({ network, runner, norm, radius, maxima = 50, samples = 64 }: CleverJob) {
  const length = runner.jit(
    (image: tf.Tensor4D, offsets: tf.Tensor4D, weights: tf.Tensor1D) => {
      const gap = (x: tf.Tensor) => tf.sum(tf.mul(network.apply(network.params, x as tf.Tensor4D).logits, weights));
      const gradient = tf.grad(gap)(tf.add(image, offsets));
      return lengthOf(gradient, dual[norm]);
    },
    { name: 'clever slopes' },
  );
  return async (image: tf.Tensor4D, { label, target, rng }: Direction): Promise<number[]> => {
    const weights = tf.tensor1d(Array.from({ length: network.classes }, (_, k) => (k === label ? 1 : k === target ? -1 : 0)));
    const found: number[] = [];
    for (let round = 0; round < maxima; round++) {
      const rngs = Array.from({ length: samples }, (_, at) => rng.fork(round).fork(at));
      const offsets = tf.tidy(() => uniformInBall(exampleRandom({ rngs, inputShape: image.shape.slice(1) }), { norm, epsilon: radius }) as tf.Tensor4D);
      const lengths = await length(image, offsets, weights);
      found.push(Math.max(...(await lengths.data())));
      dispose([offsets, lengths]);
    }
    weights.dispose();
    return found;
  };
}
