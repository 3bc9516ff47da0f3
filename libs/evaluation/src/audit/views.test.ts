import { eagerRunner, hostInput, prepareBackend } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { linearNetwork } from '../testing/linear-network.ts';
import { atTemperature, averaged, selfScaled } from './views.ts';

beforeAll(() => prepareBackend('wasm'));

const x = () => tf.tensor4d([0.1, 0.9, 0.4, 0.2, 0.1, 0.3], [2, 1, 3, 1]);
const logits = (network: ReturnType<typeof linearNetwork>, inputs: tf.Tensor4D) => network.apply(network.params, inputs).logits;

it('at a temperature divides, self-scaled forgets the scale', () => {
  using network = linearNetwork(3, -1);
  using larger = linearNetwork(3, -1, 500);
  tf.tidy(() => {
    const [plain, cooled] = [logits(network, x()).dataSync(), atTemperature(network, 4).apply(network.params, x()).logits.dataSync()];
    plain.forEach((value, at) => expect(cooled[at]).toBeCloseTo(value / 4, 6));
    const [scaled, same] = [network, larger].map((one) => selfScaled(one).apply(one.params, x()).logits.dataSync());
    scaled!.forEach((value, at) => expect(same![at]).toBeCloseTo(value, 4));
  });
});

it('the scale is a constant: the gradient is that of the logits over it', () => {
  using network = linearNetwork(3, -1);
  tf.tidy(() => {
    const slope = (one: Parameters<typeof selfScaled>[0]) => tf.grad((at: tf.Tensor) => tf.sum(tf.slice(one.apply(one.params, at as tf.Tensor4D).logits, [0, 1], [1, 1])))(x()).dataSync();
    const [first, second] = logits(network, x()).dataSync() as unknown as [number, number];
    const deviation = Math.abs(second - first) / 2;
    slope(selfScaled(network)).slice(0, 3).forEach((value, at) => expect(value).toBeCloseTo(slope(network)[at]! / deviation, 4));
  });
});

it('averages draws', async () => {
  using network = linearNetwork(3, -1);
  let draws = 0;
  const random: typeof network = {
    ...network,
    apply: (params, inputs) => {
      const outputs = network.apply(params, inputs);
      return { ...outputs, logits: tf.add(outputs.logits, hostInput({ shape: [1, 1], dtype: 'float32', draw: () => Float32Array.of(draws++) })) };
    },
  };
  const view = averaged(random, 4);
  await using runner = eagerRunner();
  const mean = await runner.jit((inputs: tf.Tensor4D) => view.apply(view.params, inputs).logits)(x());
  const plain = tf.tidy(() => logits(network, x()).dataSync());
  mean.dataSync().forEach((value, at) => expect(value).toBeCloseTo(plain[at]! + 1.5, 5));
  expect(draws).toBe(4);
  mean.dispose();
});
