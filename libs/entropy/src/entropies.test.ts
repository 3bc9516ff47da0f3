import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exampleSet } from '@entropic-lab/datasets';
import { createNetwork, loadParams, readSafetensors, type LayerKind, type LayerOutput, type Network } from '@entropic-lab/models';
import { eagerRunner, prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { entropyFlow, layerEntropies, networkEntropy } from './entropies.ts';
import { entropyMeter } from './measure.ts';
import { parseReading } from './reading.ts';
import { highestEntropyFlow, UNLIMITED } from './reach.ts';

beforeAll(() => prepareBackend('cpu'));

/** A made-up network's outputs for two images: a layer of each kind with values of our choice. */
const kinds: readonly LayerKind[] = ['activation', 'pool', 'activation', 'reshape', 'logits', 'probabilities'];
const rows = [
  [[1, Math.E, 0, -2], [0.5, 0.5, 0.5, 0.5]],
  [[1, 2], [0.5, 0.5]],
  [[0.25], [1 / Math.E]],
  [[0.25], [1 / Math.E]],
  [[3, 1], [0, 0]],
  [[0.75, 0.25], [0.5, 0.5]],
];
const outputs = (): { logits: tf.Tensor2D; layers: LayerOutput[] } => {
  const layers = kinds.map((kind, at) => ({ name: `layer_${at}`, kind, output: tf.tensor2d(rows[at]!) }));
  return { logits: layers[4]!.output as tf.Tensor2D, layers };
};
const inputs = (): tf.Tensor4D => tf.tensor4d([0.5, 1, 0.25, 0.25], [2, 1, 2, 1]);

const h = (x: number): number => (x <= 0 ? 0 : -x * Math.log(x));
/** E(h_i) of both images by layer, from the closed form. */
const closed = rows.map((layer) => layer.map((values) => values.reduce((sum, x) => sum + h(x), 0)));

function read(options: object) {
  const layers = layerEntropies(outputs(), parseReading(options), inputs());
  return { names: layers.map(({ name }) => name), values: layers.map(({ entropy }) => Array.from(entropy.dataSync())), layers };
}

function expectClose(got: readonly (readonly number[])[], want: readonly (readonly number[])[]): void {
  expect(got.map((row) => row.length)).toEqual(want.map((row) => row.length));
  got.forEach((row, at) => row.forEach((value, place) => expect(value).toBeCloseTo(want[at]![place]!, 5)));
}

describe('E(h_i)', () => {
  it.each([
    ['activations', [0, 2, 5]],
    ['all', [0, 1, 2, 3, 5]],
    ['without-output', [0, 2]],
    ['logits-last', [0, 2, 4]],
    [['layer_1', 'layer_4'], [1, 4]],
  ])('counts the layers of %s, by the closed form', (layers, expected) => {
    const { names, values } = read({ layers });
    expect(names).toEqual(expected.map((at) => `layer_${at}`));
    expectClose(values, expected.map((at) => closed[at]!));
  });

  it('reads bits, the input, and normalized values', () => {
    expectClose(read({ logarithm: 'base-2' }).values, [0, 2, 5].map((at) => closed[at]!.map((nats) => nats / Math.LN2)));
    const withInput = read({ countInput: true });
    expect(withInput.names[0]).toBe('input');
    expectClose([withInput.values[0]!], [[h(0.5) + h(1), 2 * h(0.25)]]);
    const sum = 1 + Math.E;
    expectClose([read({ normalize: true }).values[0]!], [[h(1 / sum) + h(Math.E / sum), Math.log(4)]]);
  });

  it('E_N is the mean over layers of E(h_i) / N_i, E_T the flow from first to last', () => {
    const { layers } = read({});
    const eachN = [0, 1].map((image) => (closed[0]![image]! / 4 + closed[2]![image]! / 1 + closed[5]![image]! / 2) / 3);
    expectClose([Array.from(networkEntropy(layers).dataSync())], [eachN]);
    expectClose([Array.from(entropyFlow(layers).dataSync())], [[0, 1].map((image) => (closed[0]![image]! - closed[5]![image]!) / 2)]);
  });

  it('refuses layers that are not there, and too few', () => {
    expect(() => read({ layers: ['layer_1', 'conv'] })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(/got conv .*layer_0, layer_1/) }));
    expect(() => read({ layers: ['layer_1'] })).toThrow(/two layers or more/);
    expect(() => parseReading({ layer: 'all' })).toThrow(expect.objectContaining({ path: 'layer' }));
  });
});

describe('the highest E_T that weights can give', () => {
  const highest = (options: object) => Array.from(highestEntropyFlow(outputs(), parseReading(options), inputs()).dataSync());

  it('is N_1 / e by default, log N_1 of normalized values, the input itself where it counts, and nothing where E(h_M) has no floor', () => {
    expectClose([highest({})], [[4 / Math.E / 2, 4 / Math.E / 2]]);
    expectClose([highest({ normalize: true })], [[Math.log(4) / 2, Math.log(4) / 2]]);
    expectClose([highest({ countInput: true })], [[(h(0.5) + h(1)) / 3, (2 * h(0.25)) / 3]]);
    expect(highest({ layers: 'logits-last' })).toEqual([UNLIMITED, UNLIMITED].map(Math.fround));
    expect(highest({ nonPositive: 'absolute' })).toEqual([UNLIMITED, UNLIMITED].map(Math.fround));
  });

  it('is never exceeded', () => {
    const random = tf.tensor2d(new Rng(1).uniform(4000), [1000, 4]);
    for (const options of [{}, { normalize: true }, { nonPositive: 'clip' }, { nonPositive: 'clip-to-one' }, { logarithm: 'base-2' }]) {
      const many = { layers: [{ name: 'a', kind: 'activation' as const, output: random }, { name: 'b', kind: 'probabilities' as const, output: tf.softmax(tf.mul(random, 30)) }], logits: random };
      const reading = parseReading(options);
      const flow = entropyFlow(layerEntropies(many, reading)).dataSync() as Float32Array;
      const limit = highestEntropyFlow(many, reading, tf.zeros([1000, 1, 1, 1])).dataSync()[0]!;
      expect(Math.max(...flow)).toBeLessThanOrEqual(limit);
    }
  });
});

describe('measuring a set', () => {
  /** Ten images of one pixel through a network that hands the pixel on. */
  const values = Array.from({ length: 10 }, (_, at) => Math.fround((at + 1) / 10));
  const set = exampleSet({ name: 'ten', inputShape: [1, 1, 1], classes: 2, bounds: { min: 0, max: 1 }, pixels: Float32Array.from(values), labels: new Int32Array(10) });
  const network: Network = {
    name: 'pass', inputShape: [1, 1, 1], classes: 2, params: {}, setParams() {}, [Symbol.dispose]() {},
    apply: (_, x) => {
      const flat = tf.reshape(x, [-1, 1]) as tf.Tensor2D;
      return { logits: flat, layers: [{ name: 'a', kind: 'activation', output: flat }, { name: 'b', kind: 'probabilities', output: tf.onesLike(flat) }] };
    },
  };

  it('gives means and each example, the same for any batch size, and leaves no tensor behind', async () => {
    const mean = values.reduce((sum, x) => sum + h(x), 0) / 10;
    const before = tf.memory().numTensors;
    for (const batchSize of [1, 3, 10, 250]) {
      const meter = entropyMeter(network, { runner: eagerRunner(), batchSize });
      const { layers, entropyFlow: flow, networkEntropy: en } = await meter.measure(set);
      expect(layers).toEqual([{ name: 'a', neurons: 1, entropy: expect.closeTo(mean, 6) }, { name: 'b', neurons: 1, entropy: expect.closeTo(0, 9) }]);
      expect([flow, en]).toEqual([expect.closeTo(mean, 6), expect.closeTo(mean / 2, 6)]);
      const each: number[] = [];
      for await (const example of meter.examples(set)) each[example.index] = example.layers[0]!.entropy;
      expectClose([each], [values.map(h)]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops when it is asked to', async () => {
    const meter = entropyMeter(network, { runner: eagerRunner(), signal: AbortSignal.abort() });
    await expect(meter.measure(set)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

const reference = resolve(import.meta.dirname, '../../../../shared/reference');
const absent = !existsSync(reference);
if (absent) console.warn(`skipped: recorded entropies of LeNet-5, which are not in ${reference}`);
describe.skipIf(absent)('recorded LeNet-5', () => {
  it('has the entropies that were computed in float64', async () => {
    const recorded = JSON.parse(readFileSync(join(reference, 'lenet5-attacks.json'), 'utf8')) as { entropy: Record<string, { mean_E: number; first_image_E: number; neurons: number }> };
    const { inputs: images } = readSafetensors(readFileSync(join(reference, 'lenet5-attacks.safetensors'))).tensors;
    using network = createNetwork('lenet5', { rng: new Rng(0) });
    loadParams(network, readFileSync(join(reference, 'lenet5.safetensors')));
    const set = exampleSet({ name: 'recorded', inputShape: [28, 28, 1], classes: 10, bounds: { min: 0, max: 1 }, pixels: images!.values as Float32Array, labels: new Int32Array(32) });
    const names = Object.keys(recorded.entropy);
    const meter = entropyMeter(network, { runner: eagerRunner(), reading: parseReading({ layers: names }) });
    const { layers } = await meter.measure(set);
    for (const { name, neurons, entropy } of layers) {
      const { mean_E: mean, neurons: expected } = recorded.entropy[name]!;
      expect(neurons).toBe(expected);
      expect(Math.abs(entropy / mean - 1), name).toBeLessThan(1e-5);
    }
    const first = (await meter.examples(set).next()).value!;
    for (const { name, entropy } of first.layers) expect(Math.abs(entropy / recorded.entropy[name]!.first_image_E - 1), name).toBeLessThan(2e-4);
  });
});
