import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { compiledRunner } from './runner.ts';

it('a step may return one tensor at several places, and hand on its state unchanged', async () => {
  await prepareBackend('cpu');
  await using runner = compiledRunner({ threads: 1 });
  using loop = runner.loop(
    (state: { sum: tf.Tensor; kept: tf.Tensor }, x: tf.Tensor) => {
      const sum = tf.add(state.sum, x);
      return { state: { ...state, sum }, y: { a: sum, b: tf.mul(sum, 10), c: sum, d: state.kept } };
    },
    { sum: tf.scalar(0) as tf.Tensor, kept: tf.tensor1d([7, 8]) as tf.Tensor },
  );
  for (const [xs, sums] of [[[1], [1]], [[2, 3, 4], [3, 6, 10]]] as const) {
    const ys = await loop.run(xs.map((value) => tf.scalar(value) as tf.Tensor));
    expect(ys.map(({ a, b, c, d }) => [a, b, c, d].map((tensor) => Array.from(tensor.dataSync())))).toEqual(sums.map((sum) => [[sum], [10 * sum], [sum], [7, 8]]));
  }
  const { kept } = await loop.read();
  expect(Array.from(kept.dataSync())).toEqual([7, 8]);
});
