import type { Network, Params } from '@entropic-lab/models';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainBatch } from './networks.ts';

/** The outputs of a network's activation functions, as a function of its weights and a batch. */
export const activations = (network: Network) => (params: Params, x: tf.Tensor): tf.Tensor[] =>
  network.apply(params, x as tf.Tensor4D).layers.filter(({ kind }) => kind === 'activation').map(({ output }) => output);

/** Which units are on, and which pixel wins each 2x2 window: where two engines differ here, so may their gradients. */
export function pattern(outputs: readonly tf.Tensor[]): Uint8Array[] {
  return outputs.map((h) => tf.tidy(() => {
    const winners = h.shape.length === 4 ? tf.grad((x) => tf.sum(tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')))(h) : tf.zerosLike(h);
    return Uint8Array.from(tf.add(tf.mul(tf.step(h), 2), winners).dataSync());
  }));
}

export function samePattern(a: readonly tf.Tensor[], b: readonly tf.Tensor[]): boolean {
  const other = pattern(b);
  return pattern(a).every((units, i) => Buffer.compare(units, other[i]!) === 0);
}

const entropy = (h: readonly number[]): number => h.reduce((sum, value) => sum - (value > 0 ? value * Math.log(Math.max(value, 1e-12)) : 0), 0);

/** The parts of the entropic loss in float64 from eager activations: TF.js sums tens of thousands of terms in float32 one by one. */
export function plainTerms(network: Network, params: Params, { x, labels }: TrainBatch): { crossEntropy: number; flow: number } {
  const size = x.shape[0]!;
  const { rows, wanted } = tf.tidy(() => {
    const { logits, layers } = network.apply(params, x as tf.Tensor4D);
    const counted = layers.filter(({ kind }) => kind === 'activation' || kind === 'probabilities').map(({ output }) => output);
    return { rows: [counted[0]!, counted.at(-1)!, logits].map((tensor) => (tf.reshape(tensor, [size, -1]) as tf.Tensor2D).arraySync()), wanted: { labels: labels.dataSync(), steps: counted.length - 1 } };
  });
  const [first, last, scores] = rows as [number[][], number[][], number[][]];
  const flow = first.reduce((sum, h, i) => sum + (entropy(h) - entropy(last[i]!)) / wanted.steps, 0) / size;
  const crossEntropy = scores.reduce((sum, z, i) => sum + Math.log(z.reduce((all, value) => all + Math.exp(value), 0)) - z[wanted.labels[i]!]!, 0) / size;
  return { crossEntropy, flow };
}

export function plainLoss(network: Network, params: Params, { batch, lambda, target }: { batch: TrainBatch; lambda: number; target: number }): number {
  const { crossEntropy, flow } = plainTerms(network, params, batch);
  return crossEntropy + lambda * (flow - target) ** 2;
}

export const largest = (values: Iterable<number>): number => {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
};
