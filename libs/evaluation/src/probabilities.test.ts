import { createNetwork } from '@entropic-lab/models';
import { Rng } from '@entropic-lab/tensor';
import '@tensorflow/tfjs-backend-cpu';
import { tensor4d } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { probabilitiesOf } from './probabilities.ts';

it('shows the softmax output where the logits were, each row by itself', () => {
  const rng = new Rng(5);
  using network = createNetwork('lenet5', { rng: rng.fork('weights') });
  const inputs = tensor4d(rng.fork('inputs').uniform(3 * 784), [3, 28, 28, 1]);
  const logits = network.apply(network.params, inputs).logits.arraySync() as number[][];
  const shown = probabilitiesOf(network).apply(network.params, inputs).logits.arraySync() as number[][];
  logits.forEach((row, i) => {
    const exponentials = row.map(Math.exp);
    const sum = exponentials.reduce((total, value) => total + value, 0);
    exponentials.forEach((value, j) => expect(shown[i]![j]).toBeCloseTo(value / sum, 6));
  });
});
