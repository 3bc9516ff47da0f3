import { exampleSet, type Dataset } from '@entropic-lab/datasets';
import type { Network, Params } from '@entropic-lab/models';
import { defineAttack, defineLoss } from '@entropic-lab/plugin-sdk';
import { crossEntropy, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

export const CLASSES = 3;
export const PIXELS = 8;

/** So many images of 2 x 4, each class brighter in other pixels. */
export function smallDataset(count = 26): Pick<Dataset, 'train' | 'bounds'> {
  const bounds = { min: 0, max: 1 };
  const labels = Int32Array.from({ length: count }, (_, at) => at % CLASSES);
  const noise = new Rng(11).uniform(count * PIXELS);
  const pixels = noise.map((value, at) => 0.6 * value + (at % CLASSES === labels[Math.floor(at / PIXELS)]! ? 0.4 : 0));
  return { bounds, train: exampleSet({ name: 'small', inputShape: [2, 4, 1], classes: CLASSES, bounds, pixels, labels }) };
}

const shapes = { 'first/kernel': [PIXELS, 6], 'first/bias': [6], 'logits/kernel': [6, CLASSES], 'logits/bias': [CLASSES] } as const;

/** A network with a hidden layer of ReLUs; `hidden` false: softmax regression, whose gradients have a closed form. */
export function smallNetwork(seed: number, hidden = true): Network {
  const names = hidden ? (['first/kernel', 'first/bias', 'logits/kernel', 'logits/bias'] as const) : (['logits/kernel', 'logits/bias'] as const);
  const shapeOf = (name: keyof typeof shapes): number[] => (!hidden && name === 'logits/kernel' ? [PIXELS, CLASSES] : [...shapes[name]]);
  const draw = (name: keyof typeof shapes): tf.Tensor => {
    const shape = shapeOf(name);
    return tf.tensor(new Rng(seed).fork(name).normal(tf.util.sizeFromShape(shape)).map((value) => 0.5 * value), shape);
  };
  let params: Params = Object.fromEntries(names.map((name) => [name, draw(name)]));
  return {
    name: 'small',
    inputShape: [2, 4, 1],
    classes: CLASSES,
    get params() {
      return params;
    },
    setParams(next) {
      const old = params;
      params = Object.fromEntries(Object.entries(next).map(([name, value]) => [name, tf.keep(value.clone())]));
      tf.dispose(old as tf.NamedTensorMap);
    },
    apply(given, inputs) {
      const flat = tf.reshape(inputs, [-1, PIXELS]) as tf.Tensor2D;
      const first = hidden ? tf.relu(tf.add(tf.matMul(flat, given['first/kernel'] as tf.Tensor2D), given['first/bias']!)) : flat;
      const logits = tf.add(tf.matMul(first as tf.Tensor2D, given['logits/kernel'] as tf.Tensor2D), given['logits/bias']!) as tf.Tensor2D;
      const layers = [
        { name: 'first', kind: 'activation' as const, output: first },
        { name: 'logits', kind: 'logits' as const, output: logits },
        { name: 'softmax', kind: 'probabilities' as const, output: tf.softmax(logits) },
      ];
      return { logits, layers };
    },
    [Symbol.dispose]() {
      tf.dispose(params as tf.NamedTensorMap);
    },
  };
}

const about = { version: '1.0.0', title: 'For tests', summary: '' };

/** Cross-entropy, which also reports what the inputs look like. */
export const watchingLoss = defineLoss({
  ...about,
  name: 'watching',
  options: z.strictObject({}),
  compute({ inputs, outputs, labels }) {
    const total = tf.mean(crossEntropy(outputs.logits, labels)) as tf.Scalar;
    return { total, terms: { brightest: tf.max(inputs) as tf.Scalar, mean: tf.mean(inputs) as tf.Scalar } };
  },
});

/** Makes every pixel brighter by epsilon. */
export const brighten = defineAttack({
  ...about,
  name: 'brighten',
  options: z.strictObject({}),
  norms: ['linf'],
  needs: [],
  search: 'bounded',
  perturb: ({ inputs, threat }) => tf.add(inputs, threat.epsilon) as tf.Tensor4D,
});

/** One step along the sign of the gradient from a random start: uses gradients, the loop and random numbers. */
export const signStep = defineAttack({
  ...about,
  name: 'sign-step',
  options: z.strictObject({}),
  norms: ['linf'],
  needs: ['gradients', 'labels'],
  search: 'bounded',
  perturb: ({ inputs, labels, model, threat, random, loop }) => {
    const jitter = tf.mul(tf.sub(random.uniform(), 0.5), threat.epsilon / 2);
    return loop(2, tf.add(inputs, jitter) as tf.Tensor4D, (x) => {
      const gradient = tf.grad((at: tf.Tensor) => tf.sum(crossEntropy(model.logits(at as tf.Tensor4D), labels)))(x);
      return tf.clipByValue(tf.add(x, tf.mul(tf.sign(gradient), threat.epsilon / 4)), 0, 1) as tf.Tensor4D;
    });
  },
});
