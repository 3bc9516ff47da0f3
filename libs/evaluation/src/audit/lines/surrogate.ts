import { readBatch, type ExampleSet } from '@entropic-lab/datasets';
import { createNetwork, type Network, type Params } from '@entropic-lab/models';
import { LabError } from '@entropic-lab/protocol';
import { crossEntropy, dispose, mapTree, type Rng, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { accuracy, imagesTensor, throwIfCancelled } from '../../predict.ts';
import type { LineContext } from '../line.ts';

const BATCH = 64;
const adam = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

type State = { params: Params; first: Params; second: Params; step: tf.Scalar };
type Batch = { images: tf.Tensor4D; labels: tf.Tensor1D };

/**
 * A LeNet-5 that learned what the network answers on `images`, with Adam (Kingma and Ba 2015). Undefined where the
 * images are too small for it. The caller disposes of it.
 */
export async function trainSurrogate({ job, rng, scale }: LineContext, images: ExampleSet): Promise<Network | undefined> {
  const surrogate = newSurrogate(job.network.classes, images, rng);
  if (surrogate === undefined) return undefined;
  const { predictions } = await accuracy({ ...job, examples: images });
  const answered: ExampleSet = { ...images, labels: predictions };
  const usable = Int32Array.from(predictions.keys()).filter((index) => predictions[index]! >= 0);
  if (usable.length === 0) return surrogate;
  const params = await learn(surrogate, answered, { runner: job.runner, steps: scale.surrogateSteps, usable, rng: rng.fork('batches'), signal: job.signal });
  surrogate.setParams(params);
  dispose(params);
  return surrogate;
}

function newSurrogate(classes: number, { inputShape }: ExampleSet, rng: Rng): Network | undefined {
  try {
    return createNetwork('lenet5', { task: { inputShape, classes }, rng: rng.fork('surrogate') });
  } catch (thrown) {
    if (thrown instanceof LabError && thrown.code === 'INVALID_INPUT') return undefined;
    throw thrown;
  }
}

interface Learning {
  readonly runner: Runner;
  readonly steps: number;
  readonly usable: Int32Array;
  readonly rng: Rng;
  readonly signal: AbortSignal | undefined;
}

async function learn(network: Network, set: ExampleSet, { runner, steps, usable, rng, signal }: Learning): Promise<Params> {
  const zeros = () => mapTree(network.params, (weights) => tf.zerosLike(weights));
  const initial: State = { params: network.params, first: zeros(), second: zeros(), step: tf.scalar(0) };
  using loop = runner.loop((state: State, batch: Batch) => ({ state: advance(network, state, batch), y: [] }), initial, { name: 'surrogate step' });
  dispose([initial.first, initial.second, initial.step]);
  for (let done = 0; done < steps; ) {
    throwIfCancelled(signal);
    const count = Math.min(loop.stepsPerCall, steps - done);
    const drawn = Array.from({ length: count }, (_, at) => batchOf(set, rng.fork(done + at).integers(usable.length, BATCH).map((place) => usable[place]!)));
    dispose(await loop.run(drawn));
    dispose(drawn);
    done += count;
  }
  const { params, first, second, step } = await loop.read();
  dispose([first, second, step]);
  return params;
}

function batchOf(set: ExampleSet, indices: Int32Array): Batch {
  const { inputs, labels } = readBatch(set, indices);
  return { images: imagesTensor(inputs, set), labels: tf.tensor1d(labels, 'int32') };
}

function advance(network: Network, { params, first, second, step }: State, { images, labels }: Batch): State {
  const names = Object.keys(params);
  const loss = (...weights: tf.Tensor[]) => {
    const given = Object.fromEntries(names.map((name, at) => [name, weights[at]!]));
    return tf.mean(crossEntropy(network.apply(given, images).logits, labels));
  };
  const gradients = tf.grads(loss)(names.map((name) => params[name]!));
  const now = tf.add(step, 1) as tf.Scalar;
  // 1 - beta^t, by exponentials, for `pow` is one more kernel to compile.
  const unbias = (beta: number) => tf.sub(1, tf.exp(tf.mul(now, Math.log(beta))));
  const [unbias1, unbias2] = [unbias(adam.beta1), unbias(adam.beta2)];
  const next: State = { params: {}, first: {}, second: {}, step: now };
  const put = (tree: Params, name: string, value: tf.Tensor): void => void ((tree as Record<string, tf.Tensor>)[name] = value);
  names.forEach((name, at) => {
    const gradient = gradients[at]!;
    const m = tf.add(tf.mul(first[name]!, adam.beta1), tf.mul(gradient, 1 - adam.beta1));
    const v = tf.add(tf.mul(second[name]!, adam.beta2), tf.mul(tf.square(gradient), 1 - adam.beta2));
    const change = tf.div(tf.div(m, unbias1), tf.add(tf.sqrt(tf.div(v, unbias2)), adam.epsilon));
    put(next.first, name, m);
    put(next.second, name, v);
    put(next.params, name, tf.sub(params[name]!, tf.mul(change, adam.learningRate)));
  });
  return next;
}
