import { prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { logitMarginLoss } from './index.ts';

beforeAll(() => prepareBackend('cpu'));

it('is the mean hinge of the margins, negative logits included, with gradient only where the margin is too small', () => {
  // Margins 1.5, -2 and 9: hinges at margin 2 are 0.5, 4 and 0.
  const logits = tf.tensor2d([[2, -1, 0.5], [-5, -7, -9], [1, 10, -3]]);
  const loss = (z: tf.Tensor) => {
    const outputs = { logits: z as tf.Tensor2D, layers: [] };
    const batch = { inputs: tf.zeros([3, 1, 1, 1]) as tf.Tensor4D, labels: tf.tensor1d([0, 1, 1], 'int32'), classes: 3, outputs, forward: () => outputs, reference: {}, bounds: { min: 0, max: 1 } };
    return logitMarginLoss.compute({ ...batch, options: { margin: 2 } });
  };
  const { total, terms } = loss(logits);
  expect(total.dataSync()[0]).toBeCloseTo(4.5 / 3, 6);
  expect(terms['logitMargin']!.dataSync()[0]).toBeCloseTo(8.5 / 3, 6);
  const third = Math.fround(1 / 3);
  const expected = [-third, 0, third, third, -third, 0, 0, 0, 0];
  tf.grad((z: tf.Tensor) => loss(z).total)(logits).dataSync().forEach((slope, at) => expect(slope).toBeCloseTo(expected[at]!, 6));
});
