import { batches, pixelsPerExample, type Batch, type ExampleSet } from '@entropic-lab/datasets';
import { LabError } from '@entropic-lab/protocol';
import type { Attackable } from '@entropic-lab/plugin-sdk/host';
import { dispose, type Runner, type TensorFn } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { withinMemory } from './within-memory.ts';

/** What every measurement of a network on a set takes. */
export interface Measurement {
  readonly network: Attackable;
  readonly examples: ExampleSet;
  readonly runner: Runner;
  /** Examples computed at a time; the results do not depend on it. Default: 250. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const DEFAULT_BATCH_SIZE = 250;

/** The network's logits for a batch of images, on the runner: [batch, height, width, channels] -> [batch, classes]. */
export function logitsOf(network: Attackable, runner: Runner): TensorFn<[tf.Tensor4D], tf.Tensor2D> {
  return runner.jit((inputs: tf.Tensor4D) => network.apply(network.params, inputs).logits, { name: 'logits' });
}

/** The examples in batches, as tensors that live until the next one. @throws LabError CANCELLED between batches. */
export async function* tensorBatches(
  { examples, batchSize = DEFAULT_BATCH_SIZE, signal, network }: Measurement,
  order?: Int32Array,
): AsyncGenerator<Batch & { readonly images: tf.Tensor4D }> {
  checkSet(examples, network);
  for (const batch of batches(examples, { batchSize, ...(order === undefined ? {} : { order }) })) {
    throwIfCancelled(signal);
    const images = imagesTensor(batch.inputs, examples);
    try {
      yield { ...batch, images };
    } finally {
      images.dispose();
    }
  }
}

export function imagesTensor(pixels: Float32Array, { inputShape }: ExampleSet): tf.Tensor4D {
  const size = pixelsPerExample(inputShape);
  return tf.tensor4d(pixels, [pixels.length / size, ...inputShape]);
}

/** The class of the largest logit of each row; -1 where a logit is not finite. Ties go to the lower class. */
export function answers(logits: Float32Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, row) => answer(logits.subarray(row * classes, (row + 1) * classes)));
}

function answer(row: Float32Array): number {
  if (!row.every(Number.isFinite)) return -1;
  let best = 0;
  for (let at = 1; at < row.length; at++) if (row[at]! > row[best]!) best = at;
  return best;
}

/** What the network answers for each example of the set, and how often it is right. */
export interface Predictions {
  /** -1 where the network's logits are not finite. */
  readonly predictions: Int32Array;
  readonly correct: number;
  /** correct / examples; 0 of an empty set. */
  readonly accuracy: number;
}

/** Clean accuracy, in batches; in smaller ones where the device's memory does not suffice. */
export function accuracy(measurement: Measurement): Promise<Predictions> {
  return withinMemory(measurement.batchSize ?? DEFAULT_BATCH_SIZE, (batchSize) => predict({ ...measurement, batchSize }));
}

async function predict(measurement: Measurement): Promise<Predictions> {
  const { network, examples, runner } = measurement;
  const logits = logitsOf(network, runner);
  const predictions = new Int32Array(examples.count);
  for await (const { images, indices } of tensorBatches(measurement)) {
    const output = await logits(images);
    const found = answers((await output.data()) as Float32Array, network.classes);
    dispose(output);
    indices.forEach((index, row) => (predictions[index] = found[row]!));
  }
  return summarize(predictions, examples.labels);
}

export function summarize(predictions: Int32Array, labels: Int32Array): Predictions {
  const correct = predictions.reduce((sum, prediction, index) => sum + (prediction === labels[index] ? 1 : 0), 0);
  return { predictions, correct, accuracy: correct / Math.max(predictions.length, 1) };
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new LabError('CANCELLED', '[evaluation] it was asked to stop.', { cause: signal.reason });
}

/** @throws LabError INVALID_INPUT where images and network do not fit. */
function checkSet({ inputShape, classes, name, labels }: ExampleSet, network: Attackable): void {
  const shape = inputShape.join(' x ');
  if (shape !== network.inputShape.join(' x ')) {
    throw new LabError('INVALID_INPUT', `[evaluation] expected images of ${network.inputShape.join(' x ')}, got ${shape} (${name}). Choose the data set the network was made for.`);
  }
  if (classes > network.classes || labels.some((label) => label < 0 || label >= network.classes)) {
    throw new LabError('INVALID_INPUT', `[evaluation] expected labels from 0 to ${network.classes - 1}, got ${classes} classes (${name}). Choose the data set the network was made for.`);
  }
}
