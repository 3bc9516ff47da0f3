import { OptimizerSpec } from '@entropic-lab/protocol';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { initialMemory, optimizerOf, updateAll, type Optimizer, type Update } from './optimizer.ts';

beforeAll(() => prepareBackend('cpu'));

const STEPS = 50;
const start = [0.5, -1, 2, 1e-3];
/** Gradients of every size, zero among them. */
const gradients = Array.from({ length: STEPS }, (_, step) => {
  const draws = new Rng(9).fork(step).normal(4);
  return [draws[0]!, draws[1]! * 1e-6, step % 3 === 0 ? 0 : draws[2]! * 1e3, 1e-9].map(Math.fround);
});
const rate = (step: number): number => 0.01 / Math.sqrt(step);

/** The recurrences as their papers and Keras write them, in plain float64 numbers, one weight at a time. */
const recurrences: readonly (readonly [string, object, (weight: number, gradientAt: (step: number) => number) => number])[] = [
  ['Adam', { kind: 'adam', learningRate: 0.01 }, (weight, g) => adam(weight, g, [0.9, 0.999, 1e-7])],
  ['Adam with other numbers', { kind: 'adam', learningRate: 0.01, beta1: 0.5, beta2: 0.9, epsilon: 1e-8 }, (weight, g) => adam(weight, g, [0.5, 0.9, 1e-8])],
  ['RMSprop', { kind: 'rmsprop', learningRate: 0.01 }, (weight, g) => {
    for (let step = 1, v = 0; step <= STEPS; step++) {
      v = 0.9 * v + 0.1 * g(step) ** 2;
      weight -= (rate(step) * g(step)) / (Math.sqrt(v) + 1e-7);
    }
    return weight;
  }],
  ['SGD', { kind: 'sgd', learningRate: 0.01 }, (weight, g) => {
    for (let step = 1; step <= STEPS; step++) weight -= rate(step) * g(step);
    return weight;
  }],
  ['SGD with momentum', { kind: 'sgd', learningRate: 0.01, momentum: 0.9 }, (weight, g) => {
    for (let step = 1, velocity = 0; step <= STEPS; step++) {
      velocity = 0.9 * velocity - rate(step) * g(step);
      weight += velocity;
    }
    return weight;
  }],
];

function adam(weight: number, g: (step: number) => number, [beta1, beta2, epsilon]: readonly [number, number, number]): number {
  for (let step = 1, m = 0, v = 0; step <= STEPS; step++) {
    m = beta1 * m + (1 - beta1) * g(step);
    v = beta2 * v + (1 - beta2) * g(step) ** 2;
    const corrected = (rate(step) * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
    weight -= (corrected * m) / (Math.sqrt(v) + epsilon);
  }
  return weight;
}

describe.each(recurrences)('%s', (_, given, recurrence) => {
  it('follows its recurrence in float64 over many steps and changing learning rates', () => {
    const optimizer = (optimizerOf as (spec: OptimizerSpec) => Optimizer)(OptimizerSpec.parse(given));
    let now: Update = { params: { w: tf.tensor1d(start) }, memory: initialMemory(optimizer, { w: tf.tensor1d(start) }) };
    for (let step = 1; step <= STEPS; step++) {
      const rates = Object.fromEntries(Object.entries(optimizer.rates(rate(step), step)).map(([name, value]) => [name, tf.scalar(value)]));
      now = updateAll(optimizer, now, { gradients: { w: tf.tensor1d(gradients[step - 1]!) }, rates });
    }
    const weights = now.params['w']!.dataSync();
    start.forEach((weight, place) => {
      const expected = recurrence(weight, (step) => gradients[step - 1]![place]!);
      const moved = Math.abs(expected - weight);
      expect(Math.abs(weights[place]! - expected), `weight ${place}`).toBeLessThan(1e-5 * moved + 4e-6 * Math.max(1, Math.abs(weight)));
    });
  });
});

it('changes nothing it is given', () => {
  const optimizer = optimizerOf(OptimizerSpec.parse({ kind: 'adam' }) as Extract<OptimizerSpec, { kind: 'adam' }>);
  const w = tf.tensor1d(start);
  const memory = initialMemory(optimizer, { w });
  updateAll(optimizer, { params: { w }, memory }, { gradients: { w: tf.ones([4]) }, rates: { stepSize: tf.scalar(1) } });
  expect(Array.from(w.dataSync())).toEqual(start.map(Math.fround));
  expect(Array.from(memory['w']!['sum']!.dataSync())).toEqual([0, 0, 0, 0]);
});
