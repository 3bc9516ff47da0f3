import { networkOf, type Network } from '@entropic-lab/models';
import type { LossValue } from '@entropic-lab/plugin-sdk';
import { prepareBackend, Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { entropicLoss } from './index.ts';

const BATCH = 3;
const [IN, HIDDEN, OUT] = [4, 5, 3];
const labels = [0, 2, 1];
const reference = { entropyFlow: 0.7 };
const round = (values: Float32Array) => Array.from(values, Math.fround);
const x = round(new Rng(1).uniform(BATCH * IN));
const weights: Readonly<Record<string, { shape: number[]; values: number[] }>> = {
  'first/kernel': { shape: [IN, HIDDEN], values: round(new Rng(2).normal(IN * HIDDEN)) },
  'first/bias': { shape: [HIDDEN], values: round(new Rng(3).uniform(HIDDEN)) },
  'logits/kernel': { shape: [HIDDEN, OUT], values: round(new Rng(4).normal(HIDDEN * OUT)) },
  'logits/bias': { shape: [OUT], values: [0.1, -0.2, 0.05].map(Math.fround) },
};
type Values = { readonly [name: string]: readonly number[] };
const start: Values = Object.fromEntries(Object.entries(weights).map(([name, { values }]) => [name, values]));
type Options = ReturnType<typeof entropicLoss.options.parse>;

/** The whole loss of the network first (ReLU), logits, softmax in plain float64 numbers. */
function plainLoss(at: Values, options: Options, frozen: Values = start): number {
  const now = plainFlows(at, options);
  const target = options.reference === 'same-batch' ? plainFlows(frozen, options).flows.map((flow) => flow * options.sigma) : Array(BATCH).fill(reference.entropyFlow * options.sigma);
  const differences = now.flows.map((flow, image) => flow - (options.target ?? target[image]));
  const sum = differences.reduce((a, b) => a + b, 0);
  const distance = { 'square-of-mean': (sum / BATCH) ** 2, 'square-of-sum': sum ** 2, 'mean-of-squares': differences.reduce((a, b) => a + b * b, 0) / BATCH }[options.reduction];
  return now.crossEntropy + options.lambda * distance;
}

function plainFlows(at: Values, options: Options): { flows: number[]; crossEntropy: number } {
  const images = Array.from({ length: BATCH }, (_, image) => x.slice(image * IN, (image + 1) * IN));
  const each = images.map((pixels, image) => {
    const hidden = affine(pixels, at['first/kernel']!, at['first/bias']!).map((value) => Math.max(value, 0));
    const logits = affine(hidden, at['logits/kernel']!, at['logits/bias']!);
    const norm = logits.reduce((sum, z) => sum + Math.exp(z), 0);
    const softmax = logits.map((z) => Math.exp(z) / norm);
    const h: Record<string, number[]> = { first: hidden, logits, softmax };
    const names = { activations: ['first', 'softmax'], all: ['first', 'softmax'], 'logits-last': ['first', 'logits'] }[options.layers as 'all'] ?? (options.layers as unknown as string[]);
    const counted = [...(options.countInput ? [pixels] : []), ...names.map((name) => h[name]!)];
    const e = counted.map((layer) => plainEntropy(layer, options));
    const label = softmax[labels[image]!]!;
    const clipped = options.crossEntropy === 'logits' ? label : Math.min(Math.max(label, 1e-7), 1 - 1e-7);
    return { flow: (e[0]! - e.at(-1)!) / (e.length - 1), crossEntropy: -Math.log(clipped) };
  });
  return { flows: each.map(({ flow }) => flow), crossEntropy: each.reduce((sum, { crossEntropy }) => sum + crossEntropy, 0) / BATCH };
}

function plainEntropy(layer: readonly number[], { normalize, nonPositive, clipAt, logarithm }: Options): number {
  const positive = layer.map((h) => Math.max(h, 0));
  const sum = Math.max(positive.reduce((a, b) => a + b, 0), 1e-12);
  const values = normalize ? positive.map((h) => h / sum) : layer;
  const term = (h: number): number => {
    if (nonPositive === 'zero') return h <= 0 ? 0 : -h * Math.log(Math.max(h, 1e-12));
    if (nonPositive === 'absolute') return -h * Math.log(Math.max(Math.abs(h), 1e-12));
    const raised = Math.max(h, clipAt);
    const clipped = nonPositive === 'clip' ? raised : Math.min(raised, 1);
    return -clipped * Math.log(clipped);
  };
  return values.reduce((total, h) => total + term(h), 0) / (logarithm === 'natural' ? 1 : Math.LN2);
}

function affine(vector: readonly number[], kernel: readonly number[], bias: readonly number[]): number[] {
  return bias.map((b, out) => vector.reduce((sum, value, from) => sum + value * kernel[from * bias.length + out]!, b));
}

let network: Network;
beforeAll(async () => {
  await prepareBackend('cpu');
  network = networkOf(
    sequential({
      layers: [
        layers.flatten({ name: 'flatten', inputShape: [2, 2, 1] }),
        layers.dense({ name: 'first', units: HIDDEN, activation: 'relu' }),
        layers.dense({ name: 'logits', units: OUT }),
      ],
    }),
    'small',
  );
});

const tensors = (values: Values) => Object.fromEntries(Object.entries(values).map(([name, flat]) => [name, tf.tensor([...flat], weights[name]!.shape)]));

function evaluate(params: Record<string, tf.Tensor>, options: Options, frozen?: Record<string, tf.Tensor>): LossValue {
  const inputs = tf.tensor4d(x, [BATCH, 2, 2, 1]);
  const forward = (images: tf.Tensor4D) => network.apply(params, images);
  return entropicLoss.compute({
    inputs,
    labels: tf.tensor1d(labels, 'int32'),
    classes: OUT,
    outputs: forward(inputs),
    forward,
    bounds: { min: 0, max: 1 },
    options,
    reference: { entropyFlow: tf.scalar(reference.entropyFlow) },
    ...(frozen === undefined ? {} : { frozen: network.apply(frozen, inputs) }),
  });
}

const readings: readonly (readonly [string, object])[] = [
  ['the defaults', {}],
  ['another lambda and sigma', { lambda: 0.3, sigma: 1.01 }],
  ['a list of layers', { layers: ['first', 'softmax'] }],
  ['logits last', { layers: 'logits-last' }],
  ['-h log |h| of logits', { layers: 'logits-last', nonPositive: 'absolute' }],
  ['clip', { nonPositive: 'clip', layers: 'logits-last' }],
  ['clip to one', { nonPositive: 'clip-to-one', layers: 'logits-last' }],
  ['bits', { logarithm: 'base-2' }],
  ['the input as h_1', { countInput: true, sigma: 1 }],
  ['normalized values', { normalize: true }],
  ['the square of the sum', { reduction: 'square-of-sum' }],
  ['the mean of squares', { reduction: 'mean-of-squares' }],
  ['Keras cross-entropy', { crossEntropy: 'clipped-probabilities' }],
  ['the control', { lambda: 0 }],
  ['a target in place of a multiple', { target: -0.4 }],
];

describe.each(readings)('the entropic loss with %s', (_, given) => {
  it('is what it is in float64, and so is its gradient in every weight', () => {
    const options = entropicLoss.options.parse(given);
    expect(evaluate(tensors(start), options).total.dataSync()[0]! / plainLoss(start, options)).toBeCloseTo(1, 5);
    for (const [name, flat] of Object.entries(start)) {
      const gradient = tf.grad((weight: tf.Tensor) => evaluate({ ...tensors(start), [name]: weight }, options).total)(tensors(start)[name]!).dataSync();
      flat.forEach((_, place) => {
        const at = (step: number) => plainLoss({ ...start, [name]: flat.map((value, i) => (i === place ? value + step : value)) }, options);
        const slope = (at(1e-6) - at(-1e-6)) / 2e-6;
        expect(Math.abs(gradient[place]! - slope), `${name}[${place}]`).toBeLessThan(2e-5 * (1 + Math.abs(slope)));
      });
    }
  });
});

describe('the reference', () => {
  it('may be the frozen network on the same batch', () => {
    const options = entropicLoss.options.parse({ reference: 'same-batch' });
    expect(entropicLoss.needsFrozen!(options)).toBe(true);
    const frozen = { ...start, 'first/bias': start['first/bias']!.map((value) => value + 0.5) };
    expect(evaluate(tensors(start), options, tensors(frozen)).total.dataSync()[0]! / plainLoss(start, options, frozen)).toBeCloseTo(1, 5);
  });

  it('refuses a sigma that no weights reach, with the reason', () => {
    const check = (more: object, measured: Record<string, number>) => () => entropicLoss.checkReference!(measured, entropicLoss.options.parse(more));
    const lenet = { entropyFlow: 44, highestEntropyFlow: 4704 / Math.E / 4 };
    expect(check({}, lenet)).not.toThrow();
    expect(check({ sigma: 10 }, lenet)).toThrow(expect.objectContaining({ code: 'UNREACHABLE_TARGET', message: expect.stringMatching(/10 \* 44.00 = 440.0 .*1\/e/) }));
    expect(check({ sigma: 10, lambda: 0 }, lenet)).not.toThrow();
    expect(check({ normalize: true }, { entropyFlow: 1.6, highestEntropyFlow: Math.log(4704) / 4 })).toThrow(/log N_1/);
    expect(check({ countInput: true }, { entropyFlow: 20, highestEntropyFlow: 20.1 })).toThrow(/input counts as h_1/);
  });

  it('refuses to multiply an E_T that is not above zero, and takes a target instead', () => {
    const check = (more: object, entropyFlow: number) => () => entropicLoss.checkReference!({ entropyFlow, highestEntropyFlow: 400 }, entropicLoss.options.parse(more));
    for (const before of [-2.2, 0]) {
      expect(check({}, before)).toThrow(expect.objectContaining({ code: 'UNREACHABLE_TARGET', path: 'training.loss.options.sigma', message: expect.stringMatching(/E_T > 0 .*option "target"/) }));
      expect(check({ lambda: 0 }, before)).not.toThrow();
      expect(check({ sigma: 0 }, before)).not.toThrow();
      expect(check({ target: 70 }, before)).not.toThrow();
    }
    expect(check({ target: 401 }, 44)).toThrow(expect.objectContaining({ code: 'UNREACHABLE_TARGET', path: 'training.loss.options.target' }));
  });

  it('measures E_T and its limit for each example', () => {
    const inputs = tf.tensor4d(x, [BATCH, 2, 2, 1]);
    const options = entropicLoss.options.parse({});
    const { entropyFlow, highestEntropyFlow } = entropicLoss.reference!(network.apply(tensors(start), inputs), options, inputs);
    plainFlows(start, options).flows.forEach((flow, image) => expect(entropyFlow!.dataSync()[image]).toBeCloseTo(flow, 5));
    expect(highestEntropyFlow!.dataSync()[0]).toBeCloseTo(HIDDEN / Math.E, 5);
  });
});

it('is never NaN, however large the activations: infinite at most, with finite gradients', () => {
  const options = entropicLoss.options.parse({});
  for (const scale of [0, 1e-30, 1e10, 1e15, 1e28]) {
    const bias = tf.fill([HIDDEN], scale);
    const loss = (value: tf.Tensor) => evaluate({ ...tensors(start), 'first/kernel': tf.zeros([IN, HIDDEN]), 'logits/kernel': tf.zeros([HIDDEN, OUT]), 'first/bias': value }, options).total;
    expect(loss(bias).dataSync()[0]).not.toBeNaN();
    expect(Array.from(tf.grad(loss)(bias).dataSync()).every(Number.isFinite), `scale ${scale}`).toBe(true);
  }
});
