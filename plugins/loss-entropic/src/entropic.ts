import { entropyFlow, highestEntropyFlow, layerEntropies, readingOptions, UNLIMITED, type Reading } from '@entropic-lab/entropy';
import { defineLoss } from '@entropic-lab/plugin-sdk';
import { LabError } from '@entropic-lab/protocol';
import { crossEntropy, labelMask } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const CLIP = 1e-7;

const options = z.strictObject({
  lambda: z.number().min(0).default(1).meta({ title: 'Lambda', description: 'Weight of the entropy term. 0 is the control: the same training without it.' }),
  sigma: z.number().min(0).default(1.65).meta({ title: 'Sigma', description: 'E_T is driven to sigma times its value before training. The paper: 1.65, for CIFAR-10 1.01.' }),
  target: z.number().optional().meta({ title: 'Target', description: 'E_T to drive to, in place of sigma times its value before training: for a network whose E_T is not above zero. Default: none.' }),
  reference: z.enum(['training-set', 'same-batch']).default('training-set').meta({
    title: 'Reference',
    description: 'E_T before training: its mean over the training set, or that of the network as it was on the very batch.',
  }),
  reduction: z.enum(['square-of-mean', 'square-of-sum', 'mean-of-squares']).default('square-of-mean').meta({
    title: 'Reduction',
    description: 'square-of-mean: the difference of batch means, squared. square-of-sum: the difference of sums over the batch, squared. mean-of-squares: the mean of the squared differences of the examples.',
  }),
  crossEntropy: z.enum(['logits', 'clipped-probabilities']).default('logits').meta({
    title: 'Cross-entropy from',
    description: 'logits, or softmax clipped to [1e-7, 1 - 1e-7] as Keras does.',
  }),
  ...readingOptions,
});
type EntropicOptions = z.output<typeof options>;

/** The loss of equations 9 and 11: cross-entropy + lambda (E_T - sigma E_T before training)^2. */
export const entropicLoss = defineLoss({
  name: 'entropic',
  version: '1.0.0',
  title: 'Entropic loss',
  summary: 'Cross-entropy plus lambda (E_T - sigma E_T before training)^2: drives the flow of entropy through the layers to a multiple of what it was.',
  citation: {
    authors: 'P. Sperl, K. Böttinger',
    title: 'Optimizing Information Loss Towards Robust Neural Networks',
    year: 2020,
    url: 'https://arxiv.org/abs/2008.03072',
  },
  options,
  presets: { paper: {}, 'paper-cifar10': { sigma: 1.01 }, control: { lambda: 0 } },
  reference(outputs, chosen, inputs) {
    return {
      entropyFlow: entropyFlow(layerEntropies(outputs, readingOf(chosen), inputs)),
      highestEntropyFlow: highestEntropyFlow(outputs, readingOf(chosen), inputs),
    };
  },
  checkReference: ({ entropyFlow: before, highestEntropyFlow: highest }, chosen) => checkTarget({ before: before!, highest: highest! }, chosen),
  needsFrozen: (chosen) => chosen.reference === 'same-batch',
  compute({ outputs, inputs, labels, options: chosen, reference, frozen }) {
    const entropy = entropyFlow(layerEntropies(outputs, readingOf(chosen), inputs));
    const before = frozen === undefined ? reference['entropyFlow']! : entropyFlow(layerEntropies(frozen, readingOf(chosen), inputs));
    const target = chosen.target === undefined ? tf.mul(before, chosen.sigma) : tf.scalar(chosen.target);
    const distance = squaredDistance(entropy, target, chosen.reduction);
    const label = tf.mean(labelLoss(outputs.logits, labels, chosen.crossEntropy)) as tf.Scalar;
    // Left out rather than multiplied by 0: an entropy beyond float32 would make it NaN.
    const total = chosen.lambda === 0 ? label : (tf.add(label, tf.mul(distance, chosen.lambda)) as tf.Scalar);
    return { total, terms: { crossEntropy: label, entropy: distance, entropyFlow: tf.mean(entropy) as tf.Scalar } };
  },
});

/** @throws LabError UNREACHABLE_TARGET where no training leads to what is asked for, or sigma asks for the contrary of what it means. */
function checkTarget({ before, highest }: { before: number; highest: number }, { sigma, target, lambda, countInput, normalize }: EntropicOptions): void {
  if (lambda === 0) return;
  if (target === undefined && sigma > 0 && before <= 0) {
    const message = `[entropic] expected E_T > 0 before training for sigma to multiply, got ${round(before)} (training.loss.options.sigma). ${sigma} times that lies on the other side of what sigma means. Give the E_T to drive to in the option "target", or start from a network with E_T above zero: pretrained longer, or under another seed.`;
    throw new LabError('UNREACHABLE_TARGET', message, { path: 'training.loss.options.sigma' });
  }
  const wanted = target ?? sigma * before;
  if (highest >= UNLIMITED || wanted <= highest) return;
  const why = countInput
    ? 'The input counts as h_1 and no training changes its entropy'
    : normalize
      ? 'Values normalized to probabilities have at most the entropy log N_1'
      : '-h log h is at most 1/e for each neuron of h_1';
  const [option, got] = target === undefined ? ['sigma', `${sigma} * ${round(before)} = ${round(wanted)}`] : ['target', round(wanted)];
  const message = `[entropic] expected ${target === undefined ? 'sigma * E_T' : 'a target'} <= ${round(highest)}, got ${got} (training.loss.options.${option}). ${why}. Use a smaller ${option}, or the default reading (countInput and normalize off).`;
  throw new LabError('UNREACHABLE_TARGET', message, { path: `training.loss.options.${option}` });
}

/** @param target scalar, or one value per example. */
function squaredDistance(entropy: tf.Tensor1D, target: tf.Tensor, reduction: EntropicOptions['reduction']): tf.Scalar {
  const difference = tf.sub(entropy, target);
  if (reduction === 'mean-of-squares') return tf.mean(tf.square(difference));
  return tf.square(reduction === 'square-of-sum' ? tf.sum(difference) : tf.mean(difference)) as tf.Scalar;
}

function labelLoss(logits: tf.Tensor2D, labels: tf.Tensor1D, from: EntropicOptions['crossEntropy']): tf.Tensor1D {
  if (from === 'logits') return crossEntropy(logits, labels);
  const ofLabel = tf.sum(tf.mul(tf.softmax(logits), labelMask(logits, labels)), 1);
  return tf.neg(tf.log(tf.clipByValue(ofLabel, CLIP, 1 - CLIP))) as tf.Tensor1D;
}

function readingOf({ layers, nonPositive, clipAt, logarithm, countInput, normalize }: EntropicOptions): Reading {
  return { layers, nonPositive, clipAt, logarithm, countInput, normalize };
}

function round(value: number): string {
  return value.toPrecision(4);
}
