import { entropyFlow, layerEntropies } from '@entropic-lab/entropy';
import type { Network, Params } from '@entropic-lab/models';
import * as tf from '@tensorflow/tfjs-core';

/** State of a training step: weights, and Adam's decayed sums of gradients and of their squares. */
export type TrainState = { params: Params; sum: Params; squares: Params };
/** `stepSize` is the learning rate with Adam's bias corrections and the sums' factors, made on the host. */
export type TrainBatch = { x: tf.Tensor; labels: tf.Tensor; stepSize: tf.Tensor };

type Loss = (params: Params, batch: TrainBatch) => tf.Scalar;

function withFlow(network: Network, add: (crossEntropy: tf.Tensor, flow: tf.Tensor) => tf.Tensor): Loss {
  return (params, { x, labels }) => {
    const { logits, layers } = network.apply(params, x as tf.Tensor4D);
    const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(labels as tf.Tensor1D, 10), tf.logSoftmax(logits)), 1)));
    return add(crossEntropy, tf.mean(entropyFlow(layerEntropies({ layers })))) as tf.Scalar;
  };
}

/** Cross-entropy + lambda (E_T - c)^2, equation (9). */
export function entropicLoss(network: Network, lambda: number, target: number): Loss {
  return withFlow(network, (crossEntropy, flow) => tf.add(crossEntropy, tf.mul(lambda, tf.square(tf.sub(flow, target)))));
}

/** Cross-entropy + slope E_T: where the slope is 2 lambda (E_T - c) it has the entropic loss' gradients. */
export function slopingLoss(network: Network, slope: number): Loss {
  return withFlow(network, (crossEntropy, flow) => tf.add(crossEntropy, tf.mul(slope, flow)));
}

/** Adam's epsilon of 1e-7, times the factor of the sum of squares: 1 / sqrt(1 - 0.999). */
const EPSILON = 1e-7 / Math.sqrt(1 - 0.999);
/** A learning rate of 1e-3 with that factor, and with the other sum's: 1 - 0.9. */
const STEP_SIZE = (1e-3 * (1 - 0.9)) / Math.sqrt(1 - 0.999);

/** One Adam step as a pure function, in the form that the lab's trainers have. */
export function adamStep(loss: Loss) {
  return (state: TrainState, batch: TrainBatch): { state: TrainState; y: { loss: tf.Tensor } } => {
    const names = Object.keys(state.params);
    const f = (...values: tf.Tensor[]) => loss(Object.fromEntries(names.map((name, i) => [name, values[i]!])), batch);
    const { value, grads } = tf.valueAndGrads(f)(names.map((name) => state.params[name]!));
    const next: { params: Record<string, tf.Tensor>; sum: Record<string, tf.Tensor>; squares: Record<string, tf.Tensor> } = { params: {}, sum: {}, squares: {} };
    names.forEach((name, i) => {
      const sum = tf.add(tf.mul(state.sum[name]!, 0.9), grads[i]!);
      const squares = tf.add(tf.mul(state.squares[name]!, 0.999), tf.square(grads[i]!));
      next.params[name] = tf.sub(state.params[name]!, tf.div(tf.mul(sum, batch.stepSize), tf.add(tf.sqrt(squares), EPSILON)));
      next.sum[name] = sum;
      next.squares[name] = squares;
    });
    return { state: next, y: { loss: value } };
  };
}

export function initialState(params: Params): TrainState {
  const zeros = () => Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tf.zerosLike(value)]));
  return { params, sum: zeros(), squares: zeros() };
}

export function randomBatch(shape: readonly number[], batch: number, seed: number): TrainBatch {
  const labels = Int32Array.from({ length: batch }, (_, i) => (i * 7 + seed * 3) % 10);
  return { x: tf.randomUniform([batch, ...shape], 0, 1, 'float32', seed), labels: tf.tensor1d(labels, 'int32'), stepSize: tf.scalar(STEP_SIZE) };
}

/** One linf PGD step from `x`, around `x0`. */
export function pgdStep(network: Network, params: Params, { x0, labels, epsilon, stepSize }: { x0: tf.Tensor; labels: tf.Tensor; epsilon: number; stepSize: number }) {
  const objective = (x: tf.Tensor) => {
    const { logits } = network.apply(params, x as tf.Tensor4D);
    return tf.neg(tf.sum(tf.mul(tf.oneHot(labels as tf.Tensor1D, 10), tf.logSoftmax(logits)))) as tf.Scalar;
  };
  return (x: tf.Tensor): { state: tf.Tensor; y: Record<string, never> } => {
    const stepped = tf.add(x, tf.mul(stepSize, tf.sign(tf.grad(objective)(x))));
    const inBall = tf.minimum(tf.maximum(stepped, tf.sub(x0, epsilon)), tf.add(x0, epsilon));
    return { state: tf.clipByValue(inBall, 0, 1), y: {} };
  };
}

