import type { Diagnosis } from '@entropic-lab/protocol';
import { asRows, crossEntropy, dispose } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { DEFAULT_BATCH_SIZE, tensorBatches, type Measurement } from './predict.ts';
import { median } from './wilson.ts';
import { withinMemory } from './within-memory.ts';

/**
 * What tells a hidden gradient from robustness, over all examples of the set, in the float32 of the engine:
 * the margin of the logits, inputs without any gradient, softmax outputs of exactly 1. An empty set gives zeros.
 */
export function diagnose(measurement: Measurement): Promise<Diagnosis> {
  return withinMemory(measurement.batchSize ?? DEFAULT_BATCH_SIZE, (batchSize) => diagnosis({ ...measurement, batchSize }));
}

async function diagnosis(measurement: Measurement): Promise<Diagnosis> {
  const { runner, examples } = measurement;
  const measure = runner.jit((inputs: tf.Tensor4D, labels: tf.Tensor1D) => signs(measurement, inputs, labels), { name: 'diagnosis' });
  const margins: number[] = [];
  const counts = { zeroGradient: 0, saturated: 0 };
  for await (const { images, labels } of tensorBatches(measurement)) {
    const classes = tf.tensor1d(labels, 'int32');
    const measured = await measure(images, classes);
    const [margin, gradient, largest] = await Promise.all([measured.margin.data(), measured.gradient.data(), measured.largest.data()]);
    margins.push(...margin);
    counts.zeroGradient += gradient.filter((size) => size === 0).length;
    counts.saturated += largest.filter((probability) => probability === 1).length;
    dispose([measured, classes]);
  }
  const examplesOrOne = Math.max(examples.count, 1);
  return {
    medianLogitMargin: median(margins) ?? 0,
    zeroGradientShare: counts.zeroGradient / examplesOrOne,
    saturatedShare: counts.saturated / examplesOrOne,
  };
}

/** Of each example: largest logit less the second, largest magnitude of the input gradient, largest softmax output. */
function signs({ network }: Measurement, inputs: tf.Tensor4D, labels: tf.Tensor1D) {
  const logitsOf = (x: tf.Tensor) => network.apply(network.params, x as tf.Tensor4D).logits;
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(crossEntropy(logitsOf(x), labels)))(inputs);
  const logits = logitsOf(inputs);
  const largest = tf.max(logits, 1);
  const others = tf.sub(logits, tf.mul(tf.oneHot(tf.argMax(logits, 1), network.classes), 1e30));
  return {
    margin: tf.sub(largest, tf.max(others, 1)),
    gradient: tf.max(tf.abs(asRows(gradient)), 1),
    largest: tf.max(tf.softmax(logits), 1),
  };
}
