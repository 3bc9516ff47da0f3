import { loadParams, type Network } from '@entropic-lab/models';
import type { Attackable } from '@entropic-lab/plugin-sdk/host';
import { hostInput, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { smallNetwork, weightsBytes } from './small-network.ts';

/** A model of known kind. */
export interface KnownModel {
  readonly name: string;
  readonly kind: 'honest' | 'masked';
  /** Why it is of that kind. */
  readonly because: string;
  readonly network: Attackable;
  /** Images to audit it on. Default 40; more where only some are masked, fewer where a call costs much. */
  readonly images?: number;
}

/** Every model of the test bed, made from the weights that `train.ts` wrote. */
export async function testBed(): Promise<{ models: KnownModel[]; original: Network }> {
  const [standard, adversarial, control] = await Promise.all(['standard', 'adversarial', 'control'].map(trained));
  const masked = (name: string, because: string, network: Attackable): KnownModel => ({ name, kind: 'masked', because, network });
  const models: KnownModel[] = [
    { name: 'standard', kind: 'honest', because: 'trained on clean images: not robust, and every attack says so', network: standard! },
    { name: 'PGD-trained', kind: 'honest', because: 'trained on the images of PGD: robust, and every attack says so', network: adversarial! },
    masked('logits x 20', 'a factor that changes no answer', times(standard!, 20)),
    masked('logits x 1000', 'a factor that changes no answer', times(standard!, 1000)),
    { ...masked('long retraining, lambda 0', 'small batches until the margins of many images are beyond float32', control!), images: 100 },
    masked('saturating head', 'tanh about the middle of the two largest logits: the same answers, flat nearly everywhere', logitsOf(standard!, saturated)),
    masked('quantized input', 'eight gray levels: a staircase without slope', inputOf(standard!, quantized)),
    { ...masked('random noise layer', 'every call sees other noise', inputOf(standard!, noisy(0.5))), images: 20 },
    masked('gradient stop', 'a step that passes the image on and its gradient not', inputOf(standard!, stopped)),
    masked('softmax head', 'probabilities where logits belong', logitsOf(standard!, (logits) => tf.softmax(tf.mul(logits, 5)))),
  ];
  return { models, original: standard! };
}

async function trained(name: string): Promise<Network> {
  const network = smallNetwork();
  loadParams(network, await weightsBytes(name), name);
  return network;
}

function times(network: Attackable, factor: number): Attackable {
  return logitsOf(network, (logits) => tf.mul(logits, factor));
}

function logitsOf(network: Attackable, change: (logits: tf.Tensor2D) => tf.Tensor2D): Attackable {
  const { classes, inputShape, params } = network;
  return {
    classes, inputShape, params,
    apply: (given, inputs) => {
      const outputs = network.apply(given, inputs);
      return { ...outputs, logits: change(outputs.logits) };
    },
  };
}

function inputOf(network: Attackable, change: (inputs: tf.Tensor4D) => tf.Tensor4D): Attackable {
  const { classes, inputShape, params } = network;
  return { classes, inputShape, params, apply: (given, inputs) => network.apply(given, change(inputs)) };
}

function saturated(logits: tf.Tensor2D): tf.Tensor2D {
  const largest = tf.max(logits, 1, true);
  const second = tf.max(tf.sub(logits, tf.mul(tf.oneHot(tf.argMax(logits, 1), logits.shape[1]), 1e30)), 1, true);
  const middle = tf.mul(tf.add(largest, second), 0.5);
  return tf.mul(tf.tanh(tf.mul(tf.sub(logits, middle), 4)), 10) as tf.Tensor2D;
}

/** TF.js gives rounding a gradient of zero. */
function quantized(inputs: tf.Tensor4D): tf.Tensor4D {
  return tf.div(tf.round(tf.mul(inputs, 7)), 7);
}

function stopped(inputs: tf.Tensor4D): tf.Tensor4D {
  const step = tf.customGrad((x) => ({ value: tf.clone(x as tf.Tensor), gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor) }));
  return step(inputs) as tf.Tensor4D;
}

/** Uniform noise of up to `size` to either side, drawn anew at every call. */
function noisy(size: number): (inputs: tf.Tensor4D) => tf.Tensor4D {
  let calls = 0;
  return (inputs) => {
    const noise = hostInput({ shape: inputs.shape, dtype: 'float32', draw: () => new Rng(7).fork(calls++).uniform(inputs.size) });
    return tf.add(inputs, tf.mul(tf.sub(noise, 0.5), 2 * size));
  };
}
