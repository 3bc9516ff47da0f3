import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ArchitectureDescriptor } from '@entropic-lab/protocol';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import { tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { architectureDescriptors, architectures, createNetwork } from './catalogue.ts';
import { fans, initialValues } from './initializers.ts';
import { readSafetensors } from './safetensors.ts';
import { loadParams, paramsToBytes } from './weights-file.ts';

beforeAll(() => prepareBackend('cpu'));

describe('the architectures', () => {
  it('have the layers of Table I and as many weights as they say', () => {
    for (const { name, parameters, task } of architectures) {
      using network = createNetwork(name, { rng: new Rng(0) });
      expect(Object.values(network.params).reduce((sum, { size }) => sum + size, 0)).toBe(parameters);
      expect([network.inputShape, network.classes]).toEqual([task.inputShape, 10]);
    }
    expect(architectureDescriptors().map((descriptor) => ArchitectureDescriptor.parse(descriptor).name)).toEqual(['lenet5', 'mnist-cnn', 'cifar-cnn', 'own-model']);
  });

  it('name the weights of LeNet-5 as its recorded weights are named', () => {
    using network = createNetwork('lenet5', { rng: new Rng(0) });
    const shapes = Object.fromEntries(Object.entries(network.params).map(([name, { shape }]) => [name, shape]));
    expect(shapes).toMatchObject({ 'conv2d_1/kernel': [5, 5, 1, 6], 'conv2d_2/kernel': [5, 5, 6, 16], 'dense_1/kernel': [400, 120], 'logits/bias': [10] });
  });

  it('take options and other tasks', () => {
    using printed = createNetwork('lenet5', { options: { filters: 5, padding: 'valid', activation: 'tanh' }, rng: new Rng(0) });
    expect(printed.params['conv2d_1/kernel']!.shape).toEqual([5, 5, 1, 5]);
    expect(printed.params['dense_1/kernel']!.shape).toEqual([256, 120]);
    using color = createNetwork('lenet5', { task: { inputShape: [32, 32, 3], classes: 7 }, rng: new Rng(0) });
    expect([color.inputShape, color.classes]).toEqual([[32, 32, 3], 7]);
  });

  it('refuse unknown names and options, and images too small', () => {
    const rng = new Rng(0);
    expect(() => createNetwork('lenet', { rng })).toThrow(expect.objectContaining({ code: 'UNKNOWN_ARCHITECTURE', path: 'model.architecture' }));
    expect(() => createNetwork('lenet5', { rng, options: { filters: 0 } })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', path: 'model.options.filters' }));
    expect(() => createNetwork('lenet5', { rng, task: { inputShape: [8, 8, 1], classes: 10 } })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', path: 'model.architecture' }));
  });
});

describe('first weights', () => {
  const values = (seed: number) => {
    using network = createNetwork('lenet5', { rng: new Rng(seed) });
    return Object.fromEntries(Object.entries(network.params).map(([name, weight]) => [name, weight.dataSync() as Float32Array]));
  };

  it('depend on the seed and on nothing else', () => {
    expect(values(3)).toEqual(values(3));
    expect(values(3)['dense_1/kernel']).not.toEqual(values(4)['dense_1/kernel']);
  });

  it("are Glorot and Bengio's: uniform within sqrt(6 / (in + out)), biases zero", () => {
    const { 'conv2d_2/kernel': kernel, 'conv2d_2/bias': bias } = values(1);
    const limit = Math.sqrt(6 / (25 * 6 + 25 * 16));
    const largest = Math.max(...kernel!.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(limit);
    expect(largest).toBeGreaterThan(0.99 * limit);
    const variance = kernel!.reduce((sum, w) => sum + w * w, 0) / kernel!.length;
    expect(variance / (limit ** 2 / 3)).toBeCloseTo(1, 1);
    expect(Array.from(bias!)).toEqual(Array(16).fill(0));
  });

  it('have the variance that the other initializers promise, 2 / in for He and 1 / in for LeCun', () => {
    const draw = (config: object) => initialValues('w', [3, 3, 20, 50], { initializer: { className: 'VarianceScaling', config: config as Record<string, unknown> }, rng: new Rng(2) });
    const variance = (drawn: Float32Array) => drawn.reduce((sum, w) => sum + w * w, 0) / drawn.length;
    expect(fans([3, 3, 20, 50])).toEqual({ fanIn: 180, fanOut: 450 });
    expect(variance(draw({ scale: 2, mode: 'fanIn', distribution: 'normal' })) / (2 / 180)).toBeCloseTo(1, 1);
    expect(variance(draw({ scale: 1, mode: 'fanIn', distribution: 'uniform' })) / (1 / 180)).toBeCloseTo(1, 1);
    expect(variance(draw({ scale: 1, mode: 'fanAvg', distribution: 'normal' })) / (1 / 315)).toBeCloseTo(1, 1);
    expect(() => initialValues('w', [2, 2], { initializer: { className: 'Orthogonal', config: {} }, rng: new Rng(0) })).toThrow(/Orthogonal/);
  });
});

describe('weights as safetensors', () => {
  it('come back unchanged to the bit', async () => {
    using network = createNetwork('lenet5', { rng: new Rng(1) });
    const bytes = await paramsToBytes(network.params, { note: 'test' });
    using other = createNetwork('lenet5', { rng: new Rng(2) });
    loadParams(other, bytes);
    expect(Buffer.compare(await paramsToBytes(other.params, { note: 'test' }), bytes)).toBe(0);
  });

  it('are refused where a number is not finite or no float', async () => {
    using network = createNetwork('lenet5', { rng: new Rng(1) });
    const before = await paramsToBytes(network.params);
    const broken = await paramsToBytes({ ...network.params, 'logits/bias': tensor([0, 0, 0, Number.NaN, 0, 0, 0, 0, 0, 0]) });
    expect(() => loadParams(network, broken, 'diverged.safetensors')).toThrow(/finite weights, got NaN at place 3 of logits\/bias \(diverged/);
    const whole = await paramsToBytes({ ...network.params, 'logits/bias': tensor(Array(10).fill(1), [10], 'int32') });
    expect(() => loadParams(network, whole)).toThrow(/F32 or F64 for logits\/bias, got I32/);
    expect(Buffer.compare(await paramsToBytes(network.params), before)).toBe(0);
  });
});

const reference = resolve(import.meta.dirname, '../../../../shared/reference');
const absent = !existsSync(reference);
if (absent) console.warn(`skipped: recorded LeNet-5, which is not in ${reference}`);
describe.skipIf(absent)('LeNet-5 with recorded weights', () => {
  it('gives the recorded logits, and its weights leave and return unchanged to the bit', async () => {
    const recorded = readSafetensors(readFileSync(`${reference}/lenet5-attacks.safetensors`)).tensors;
    const weights = readFileSync(`${reference}/lenet5.safetensors`);
    using network = createNetwork('lenet5', { rng: new Rng(0) });
    loadParams(network, weights);
    const inputs = tensor(recorded['inputs']!.values as Float32Array, [32, 28, 28, 1]) as Tensor4D;
    const logits = network.apply(network.params, inputs).logits.dataSync();
    const want = recorded['logits']!.values as Float32Array;
    expect(Math.max(...logits.map((value, at) => Math.abs(value - want[at]!)))).toBeLessThan(1e-5);
    const saved = readSafetensors(await paramsToBytes(network.params)).tensors;
    for (const [name, { values }] of Object.entries(readSafetensors(weights).tensors)) {
      expect(Buffer.compare(bytesOf(saved[name]!.values as Float32Array), bytesOf(values as Float32Array))).toBe(0);
    }
  });
});

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
