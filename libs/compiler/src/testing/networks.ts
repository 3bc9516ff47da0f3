import { entropyFlow, layerEntropies } from '@entropic-lab/entropy';
import type { Network, Params } from '@entropic-lab/models';
import * as tf from '@tensorflow/tfjs-core';

/** State of a training step: weights and Adam's two moments. */
export type TrainState = { params: Params; m: Params; v: Params };
/** `stepSize` is the learning rate with Adam's bias corrections, made on the host. */
export type TrainBatch = { x: tf.Tensor; labels: tf.Tensor; stepSize: tf.Tensor };

/** Cross-entropy + lambda (E_T - c)^2, equation (9). */
export function entropicLoss(network: Network, lambda: number, target: number) {
  return (params: Params, { x, labels }: TrainBatch): tf.Scalar => {
    const { logits, layers } = network.apply(params, x as tf.Tensor4D);
    const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(labels as tf.Tensor1D, 10), tf.logSoftmax(logits)), 1)));
    const flow = entropyFlow(layerEntropies({ layers }));
    return tf.add(crossEntropy, tf.mul(lambda, tf.square(tf.sub(tf.mean(flow), target)))) as tf.Scalar;
  };
}

/** One Adam step as a pure function. */
export function adamStep(loss: (params: Params, batch: TrainBatch) => tf.Scalar) {
  return (state: TrainState, batch: TrainBatch): { state: TrainState; y: { loss: tf.Tensor } } => {
    const names = Object.keys(state.params);
    const f = (...values: tf.Tensor[]) => loss(Object.fromEntries(names.map((name, i) => [name, values[i]!])), batch);
    const { value, grads } = tf.valueAndGrads(f)(names.map((name) => state.params[name]!));
    const next: { params: Record<string, tf.Tensor>; m: Record<string, tf.Tensor>; v: Record<string, tf.Tensor> } = { params: {}, m: {}, v: {} };
    names.forEach((name, i) => {
      const g = grads[i]!;
      const m = tf.add(tf.mul(state.m[name]!, 0.9), tf.mul(g, 0.1));
      const v = tf.add(tf.mul(state.v[name]!, 0.999), tf.mul(tf.square(g), 0.001));
      next.params[name] = tf.sub(state.params[name]!, tf.div(tf.mul(m, batch.stepSize), tf.add(tf.sqrt(v), 1e-7)));
      next.m[name] = m;
      next.v[name] = v;
    });
    return { state: next, y: { loss: value } };
  };
}

export function initialState(params: Params): TrainState {
  const zeros = () => Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tf.zerosLike(value)]));
  return { params, m: zeros(), v: zeros() };
}

export function randomBatch(shape: readonly number[], batch: number, seed: number): TrainBatch {
  const labels = Int32Array.from({ length: batch }, (_, i) => (i * 7 + seed * 3) % 10);
  return { x: tf.randomUniform([batch, ...shape], 0, 1, 'float32', seed), labels: tf.tensor1d(labels, 'int32'), stepSize: tf.scalar(1e-3) };
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

