import { batches } from '@entropic-lab/datasets';
import type { ThreatModel } from '@entropic-lab/protocol';
import { dispose, norm, perExample, uniformInBall, type Rng } from '@entropic-lab/tensor';
import { exampleRandom } from '@entropic-lab/plugin-sdk/host';
import * as tf from '@tensorflow/tfjs-core';
import { answers, DEFAULT_BATCH_SIZE, imagesTensor, logitsOf, summarize, throwIfCancelled, type Measurement, type Predictions } from './predict.ts';
import { withinMemory } from './within-memory.ts';

export interface NoiseMeasurement extends Measurement {
  /** l2: Gaussian noise of exactly length epsilon; linf and l1: uniform in the ball. Then clipped to the bounds. */
  readonly threat: ThreatModel;
  /** Noise depends on this and the example's place in the set alone. */
  readonly rng: Rng;
}

/** Accuracy where each image has noise added once, in batches; in smaller ones where the device's memory does not suffice. */
export function noiseAccuracy(measurement: NoiseMeasurement): Promise<Predictions> {
  return withinMemory(measurement.batchSize ?? DEFAULT_BATCH_SIZE, (batchSize) => underNoise({ ...measurement, batchSize }));
}

async function underNoise(measurement: NoiseMeasurement & { readonly batchSize: number }): Promise<Predictions> {
  const { network, examples, runner, threat, rng, batchSize, signal } = measurement;
  const logits = logitsOf(network, runner);
  const predictions = new Int32Array(examples.count);
  for (const { inputs, indices } of batches(examples, { batchSize })) {
    throwIfCancelled(signal);
    const images = tf.tidy(() => {
      const rngs = Array.from(indices, (index) => rng.fork(index));
      const delta = noise(exampleRandom({ rngs, inputShape: examples.inputShape }), threat);
      return tf.clipByValue(tf.add(imagesTensor(inputs, examples), delta), threat.bounds.min, threat.bounds.max) as tf.Tensor4D;
    });
    const output = await logits(images);
    const found = answers((await output.data()) as Float32Array, network.classes);
    indices.forEach((index, row) => (predictions[index] = found[row]!));
    dispose([images, output]);
  }
  return summarize(predictions, examples.labels);
}

function noise(random: ReturnType<typeof exampleRandom>, threat: ThreatModel): tf.Tensor {
  if (threat.norm !== 'l2') return uniformInBall(random, threat);
  const direction = random.normal();
  return tf.mul(direction, perExample(tf.div(threat.epsilon, norm(direction, 'l2')), direction));
}
