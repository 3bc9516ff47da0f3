import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model as functionalModel, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNetwork } from './catalogue.ts';
import { networkOf } from './layered-network.ts';
import { tinyInputs, tinyModel, tinyOutputs, tinyWeights } from './tiny.fixture.ts';
import { loadParams } from './weights-file.ts';

beforeAll(() => prepareBackend('cpu'));

function largestDifference(got: tf.Tensor, want: ArrayLike<number>): number {
  return Math.max(...Array.from(got.dataSync(), (value, at) => Math.abs(value - want[at]!)));
}

const heads = ['softmax-layer', 'activation-layer', 'dense-softmax', 'none'] as const;

describe('a tf.LayersModel as a pure function', () => {
  it.each(heads)('gives every layer as NumPy computed it, logits before the softmax, with head %s', (head) => {
    using network = networkOf(tinyModel(head), 'tiny');
    loadParams(network, tinyWeights);
    const { logits, layers: outputs } = network.apply(network.params, tinyInputs());
    expect(outputs.map(({ kind }) => kind)).toEqual(['activation', 'pool', 'activation', 'pool', 'reshape', 'activation', 'logits', 'probabilities']);
    const recorded = ['conv_1', 'pool_1', 'conv_2', 'pool_2', 'flatten', 'dense_1', 'logits', 'softmax'];
    recorded.forEach((name, place) => {
      expect(largestDifference(outputs[place]!.output, tinyOutputs[`output/${name}`]!.values as Float64Array)).toBeLessThan(2e-6);
    });
    expect(logits).toBe(outputs.at(-2)!.output);
    expect(outputs.at(-1)!.name).toBe(head === 'dense-softmax' ? 'logits' : 'softmax');
    expect(new Set(outputs.map(({ name }) => name)).size).toBe(8);
  });

  it('depends on the params it is given and not on its own', () => {
    using network = networkOf(tinyModel('none'), 'tiny');
    const own = network.apply(network.params, tinyInputs()).logits;
    const zero = Object.fromEntries(Object.entries(network.params).map(([name, weight]) => [name, tf.zerosLike(weight)]));
    expect(Array.from(network.apply(zero, tinyInputs()).logits.dataSync())).toEqual(Array(9).fill(0));
    expect(Array.from(network.apply(network.params, tinyInputs()).logits.dataSync())).toEqual(Array.from(own.dataSync()));
  });

  it('is differentiable in params and inputs: the slope of the logits along a line, against differences', () => {
    using network = networkOf(tinyModel('softmax-layer'), 'tiny');
    loadParams(network, tinyWeights);
    const loss = (params: typeof network.params, x: tf.Tensor) => tf.sum(tf.square(network.apply(params, x as tf.Tensor4D).logits)) as tf.Scalar;
    // Weights along whose line no ReLU and no maximum changes sides within the step.
    const names = ['conv_2/kernel', 'conv_2/bias', 'dense_1/kernel', 'logits/bias'];
    for (const name of names) {
      const gradient = tf.grad((weight: tf.Tensor) => loss({ ...network.params, [name]: weight }, tinyInputs()))(network.params[name]!);
      const along = tf.tensor(new Rng(1).normal(gradient.size), gradient.shape);
      const at = (t: number) => loss({ ...network.params, [name]: tf.add(network.params[name]!, tf.mul(along, t)) }, tinyInputs()).dataSync()[0]!;
      const slope = (at(2e-3) - at(-2e-3)) / 4e-3;
      expect(tf.sum(tf.mul(gradient, along)).dataSync()[0]! / slope).toBeCloseTo(1, 3);
    }
  });

  it('leaves nothing behind after apply, and gives all back when it is disposed of', () => {
    const before = tf.memory().numTensors;
    const network = networkOf(tinyModel('softmax-layer'), 'tiny');
    const built = tf.memory().numTensors;
    tf.tidy(() => void network.apply(network.params, tinyInputs()));
    expect(tf.memory().numTensors).toBe(built);
    network.setParams(Object.fromEntries(Object.entries(network.params).map(([name, weight]) => [name, weight.clone()])));
    network[Symbol.dispose]();
    expect(tf.memory().numTensors).toBe(before + 8);
  });

  it('runs graphs that branch and join, and layers that are used twice', () => {
    const x = input({ shape: [4, 4, 1] });
    const shared = layers.conv2d({ name: 'shared', filters: 1, kernelSize: 3, padding: 'same', kernelInitializer: 'ones', activation: 'relu' });
    const once = shared.apply(x);
    const twice = shared.apply(once);
    const sum = layers.add({ name: 'sum' }).apply([once, twice] as Parameters<typeof shared.apply>[0]);
    const out = layers.dense({ name: 'out', units: 2, kernelInitializer: 'ones' }).apply(layers.flatten({ name: 'flat' }).apply(sum as never));
    const own = functionalModel({ inputs: x, outputs: out as never });
    const ones = tf.ones([1, 4, 4, 1]) as tf.Tensor4D;
    const expected = (own.predict(ones) as tf.Tensor).dataSync();
    using network = networkOf(own, 'branching');
    expect(Object.keys(network.params).sort()).toEqual(['out/bias', 'out/kernel', 'shared/bias', 'shared/kernel']);
    const { logits } = network.apply(network.params, ones);
    expect(Array.from(logits.dataSync())).toEqual(Array.from(expected));
    // Ones over 4 x 4: 9 inside, 6 at edges, 4 at corners, 100 in all; twice adds the same over those.
    expect(logits.dataSync()[0]).toBe(100 + 4 * (4 + 6 + 6 + 9) + 8 * (4 + 6 + 6 + 6 + 9 + 9) + 4 * (4 + 4 * 6 + 4 * 9));
  });

  it('holds back what a normalization layer averages', () => {
    using network = networkOf(
      sequential({ layers: [layers.batchNormalization({ name: 'norm', inputShape: [2, 2, 1] }), layers.flatten({}), layers.dense({ name: 'out', units: 2 })] }),
      'normalized',
    );
    expect([...network.trainable!].sort()).toEqual(['norm/beta', 'norm/gamma', 'out/bias', 'out/kernel']);
    expect(Object.keys(network.params)).toContain('norm/moving_mean');
  });

  it('refuses what is no image classifier, and weights of others', () => {
    expect(() => networkOf(sequential({ layers: [layers.dense({ inputShape: [4], units: 2 })] }), 'flat')).toThrow(/\[batch, height, width, channels\]/);
    expect(() => networkOf(sequential({ layers: [layers.flatten({ inputShape: [2, 2, 1] }), layers.dense({ units: 2, activation: 'sigmoid' })] }), 'sigmoid')).toThrow(/activation sigmoid/);
    expect(() => networkOf(sequential({ layers: [layers.flatten({ inputShape: [2, 2, 1] }), layers.dense({ units: 1 })] }), 'one')).toThrow(/two classes or more/);
    using network = networkOf(tinyModel('none'), 'tiny');
    expect(() => network.setParams({})).toThrow(/conv_1\/kernel is missing.*and 4 more/);
    expect(() => network.setParams({ ...network.params, 'conv_1/bias': tf.zeros([4]) })).toThrow(/conv_1\/bias has shape \[4\] instead of \[3\]/);
    using lenet = createNetwork('lenet5', { rng: new Rng(0) });
    expect(() => loadParams(lenet, tinyWeights)).toThrow(expect.objectContaining({ code: 'BAD_WEIGHTS' }));
  });
});
