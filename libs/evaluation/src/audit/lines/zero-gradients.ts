import { asRows, crossEntropy, dispose } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { tensorBatches } from '../../predict.ts';
import type { AuditJob, BatteryLine, LineContext, LineOutcome } from '../line.ts';
import { findingOf, percent, share } from '../measured.ts';
import { residual } from './residual.ts';

const SMALLEST_NORMAL_32 = 2 ** -126;
const SMALLEST_NORMAL_64 = 2 ** -1022;

export const zeroGradients: BatteryLine = {
  id: 'zero-gradients',
  title: 'Zero and denormal input gradients',
  measures:
    'The largest magnitude of each input gradient of the cross-entropy: exactly 0, or denormal, in float32; the same in float64; and 0 whatever the loss. The float64 value is exact where it matters: softmax less one-hot of the logits is computed in float64, scaled to 1, sent back through the network in float32, and scaled again.',
  threshold: 'concern 5 %, alarm 50 % zero or denormal in float32: such an example gives a gradient attack nothing to follow, or noise.',
  reference: 'Carlini and Wagner 2016; Athalye et al. 2018. Indicator of Pintor et al.: unavailable gradients (zero gradients in the first version).',
  on: 'sample',
  cost: () => 6,
  run: measure,
};

/** By example: the largest magnitude of the float32 gradient, of the float64 gradient, and of one whose residual is 1. */
interface Magnitudes {
  readonly single: number;
  readonly double: number;
  readonly scaled: number;
}

async function* measure(context: LineContext): AsyncGenerator<number, LineOutcome, undefined> {
  const { sample } = context;
  const all: Magnitudes[] = [];
  for await (const batch of magnitudes(context.job, sample)) {
    all.push(...batch);
    yield all.length / sample.length;
  }
  const count = (holds: (magnitudes: Magnitudes) => boolean): number => all.filter(holds).length;
  const zero = count(({ single }) => single === 0);
  const denormal = count(({ single }) => single > 0 && single < SMALLEST_NORMAL_32);
  const zero64 = count(({ double }) => double === 0);
  const closed = count(({ scaled }) => scaled === 0);
  const where = closed > 0 ? `, for ${percent(closed, all.length)} by the network itself` : zero > zero64 ? ', by the loss: float64 still has them' : '';
  return {
    finding: findingOf(zero + denormal, all.length),
    text: `${percent(zero, all.length)} of the input gradients are exactly zero in float32 (${percent(denormal, all.length)} denormal), ${percent(zero64, all.length)} in float64${where}.`,
    measured: [
      share('zero in float32', zero, all.length),
      share('denormal in float32', denormal, all.length),
      share('zero in float64', zero64, all.length),
      share('denormal in float64', count(({ double }) => double > 0 && double < SMALLEST_NORMAL_64), all.length),
      share('zero whatever the loss', closed, all.length),
    ],
    examples: all.length,
    calls: { forward: 3, backward: 2 },
  };
}

async function* magnitudes(job: AuditJob, sample: Int32Array): AsyncGenerator<Magnitudes[], void, undefined> {
  const { network, runner } = job;
  const logitsOf = (x: tf.Tensor) => network.apply(network.params, x as tf.Tensor4D).logits;
  const plain = runner.jit(
    (images: tf.Tensor4D, labels: tf.Tensor1D) => ({
      logits: logitsOf(images),
      largest: largest(tf.grad((x: tf.Tensor) => tf.sum(crossEntropy(logitsOf(x) as tf.Tensor2D, labels)))(images)),
    }),
    { name: 'input gradient' },
  );
  const weighted = runner.jit((images: tf.Tensor4D, weights: tf.Tensor2D) => largest(tf.grad((x: tf.Tensor) => tf.sum(tf.mul(logitsOf(x), weights)))(images)), {
    name: 'input gradient of weighted logits',
  });
  for await (const { images, labels, size } of tensorBatches(job, sample)) {
    const classes = tf.tensor1d(labels, 'int32');
    const first = await plain(images, classes);
    const [single, values] = (await Promise.all([first.largest.data(), first.logits.data()])) as [Float32Array, Float32Array];
    const rows = Array.from({ length: size }, (_, row) => residual(values.subarray(row * network.classes, (row + 1) * network.classes), labels[row]!));
    const weights = tf.tensor2d(Float32Array.from(rows.flatMap(({ direction }) => [...direction])), [size, network.classes]);
    const second = await weighted(images, weights);
    const scaled = (await second.data()) as Float32Array;
    yield rows.map(({ scale }, row) => ({ single: single[row]!, scaled: scaled[row]!, double: scale * scaled[row]! }));
    dispose([classes, first, weights, second]);
  }
}

function largest(gradient: tf.Tensor): tf.Tensor1D {
  return tf.max(tf.abs(asRows(gradient)), 1);
}
