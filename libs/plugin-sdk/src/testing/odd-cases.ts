import { Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Attackable } from '../host/counted-model.ts';
import { linearCase, type TestCase } from './linear-case.ts';

const SIDE = 3;
const SIZE = SIDE * SIDE;

/** A network that answers 0 whatever it is shown: no gradient, and nothing to be found. */
export function flatCase(count = 6): TestCase {
  return {
    name: 'a network that cannot be fooled',
    network: plainNetwork((rows) => tf.add(tf.mul(tf.matMul(rows, tf.zeros([SIZE, 2])), 0), tf.tensor2d([[1, 0]])) as tf.Tensor2D),
    batch: middling(count, 'flat'),
    bounds: { min: 0, max: 1 },
    least: () => Array.from({ length: count }, () => Infinity),
    dispose: () => {},
  };
}

/** Two answers in narrow stripes without slope: only luck decides where a random start ends. */
export function lotteryCase(count = 24): TestCase {
  const stripes = (sum: tf.Tensor) => tf.sub(tf.step(tf.sub(tf.sin(tf.mul(sum, 40)), 0.4)), 0.5);
  const draws = middling(count * 8, 'lottery');
  const rows = Array.from({ length: count * 8 }, (_, row) => row).filter((row) => {
    const sum = draws.pixels.subarray(row * SIZE, (row + 1) * SIZE).reduce((total, pixel) => total + pixel, 0);
    return Math.sin(40 * sum) < 0.3;
  });
  const chosen = rows.slice(0, count);
  return {
    name: 'a network of stripes without slope',
    network: plainNetwork((x) => {
      const second = stripes(tf.sum(x, 1, true));
      return tf.concat([tf.neg(second), second], 1) as tf.Tensor2D;
    }),
    batch: { pixels: Float32Array.from(chosen.flatMap((row) => [...draws.pixels.subarray(row * SIZE, (row + 1) * SIZE)])), labels: new Int32Array(count), inputShape: [SIDE, SIDE, 1] },
    bounds: { min: 0, max: 1 },
    least: () => Array.from({ length: count }, () => NaN),
    dispose: () => {},
  };
}

/** The linear case, with one image more that nothing can change: its pixels are negative, and the network then answers 0. */
export function stubbornCase(): TestCase {
  const linear = linearCase({ name: 'an image among others that cannot be fooled' });
  const { network, batch } = linear;
  return {
    ...linear,
    network: {
      ...network,
      apply: (params, inputs) => {
        const stubborn = tf.step(tf.sub(-4, tf.sum(tf.reshape(inputs, [inputs.shape[0], SIZE]), 1, true)));
        const fixed = tf.mul(stubborn, tf.tensor2d([[1, 0, 0]]));
        return { logits: tf.add(tf.mul(network.apply(params, inputs).logits, tf.sub(1, stubborn)), fixed) as tf.Tensor2D, layers: [] };
      },
    },
    batch: { ...batch, pixels: Float32Array.from([...batch.pixels, ...Array.from({ length: SIZE }, () => -0.9)]), labels: Int32Array.from([...batch.labels, 0]) },
    least: (norm) => [...linear.least(norm), Infinity],
  };
}

function plainNetwork(logits: (rows: tf.Tensor2D) => tf.Tensor2D): Attackable {
  return { classes: 2, inputShape: [SIDE, SIDE, 1], params: {}, apply: (_, inputs) => ({ logits: logits(tf.reshape(inputs, [inputs.shape[0], SIZE])), layers: [] }) };
}

function middling(count: number, label: string): TestCase['batch'] {
  const pixels = new Rng(21).fork(label).uniform(count * SIZE).map((u) => 0.3 + 0.4 * u);
  return { pixels, labels: new Int32Array(count), inputShape: [SIDE, SIDE, 1] };
}
