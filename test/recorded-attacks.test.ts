import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import bim from '@entropic-lab/attack-bim';
import carliniWagner from '@entropic-lab/attack-carlini-wagner';
import deepfool from '@entropic-lab/attack-deepfool';
import fgsm from '@entropic-lab/attack-fgsm';
import pgd from '@entropic-lab/attack-pgd';
import { compiledRunner } from '@entropic-lab/compiler';
import { createNetwork, loadParams, readSafetensors, type Network, type TensorArray } from '@entropic-lab/models';
import type { AttackDefinition } from '@entropic-lab/plugin-sdk';
import { compareImages, recordedAttacks, runAttack, selectImages, type AttackOutput } from '@entropic-lab/plugin-sdk/testing';
import type { Norm, Options } from '@entropic-lab/protocol';
import { crossEntropy, eagerRunner, prepareBackend, Rng, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Everything that foolbox 3.3.4 on PyTorch 1.13 recorded: 32 MNIST test images, nine attacks, random starts off. The
 * recording lies beside the repository. What it says of 12 of the images is in the fixtures of the plugin SDK, and is
 * tested everywhere.
 */
const folder = resolve(import.meta.dirname, '../../shared/reference');
const absent = !existsSync(folder);
if (absent) console.warn(`skipped: all recorded attacks on 32 images, which are not in ${folder}`);
const skipped = absent ? ` (skipped: no ${folder})` : '';

let network: Network;
let recorded: Readonly<Record<string, TensorArray>>;
let engines: Readonly<Record<'eager' | 'compiled', Runner>>;

beforeAll(async () => {
  if (absent) return;
  await prepareBackend('wasm');
  engines = { eager: eagerRunner(), compiled: compiledRunner({ threads: 1 }) };
  network = createNetwork('lenet5', { rng: new Rng(0) });
  loadParams(network, readFileSync(join(folder, 'lenet5.safetensors')));
  recorded = readSafetensors(readFileSync(join(folder, 'lenet5-attacks.safetensors'))).tensors;
});
afterAll(() => engines?.compiled[Symbol.asyncDispose]());

const values = (name: string): Float32Array => Float32Array.from(recorded[name]!.values as ArrayLike<number | bigint>, Number);
const batch = () => ({ pixels: values('inputs'), labels: Int32Array.from(values('labels')), inputShape: [28, 28, 1] as const });

interface Attack {
  readonly attack: unknown;
  readonly norm: Norm;
  readonly epsilon: number;
  readonly options: Options;
  readonly rows?: number;
}

function run({ attack, norm, epsilon, options, rows = 32 }: Attack, runner: Runner): Promise<AttackOutput> {
  const images = selectImages(batch(), Array.from({ length: rows }, (_, row) => row));
  return runAttack(attack as AttackDefinition, { network, batch: images, norm, epsilon, preset: 'foolbox', options, runner });
}

function fooled({ predictions }: AttackOutput): number[] {
  const labels = values('labels');
  return predictions.map((answer, row) => Number(answer !== labels[row]));
}

const bounded = Object.keys(recordedAttacks) as (keyof typeof recordedAttacks)[];
const both = ['eager', 'compiled'] as const;

describe.skipIf(absent)(`every attack recorded with foolbox, on all 32 images${skipped}`, () => {
  it.each(both)('the gradient of the summed cross-entropy: %s', async (engine) => {
    const gradient = engines[engine].jit((inputs: tf.Tensor4D, labels: tf.Tensor1D) =>
      tf.grad((x: tf.Tensor) => tf.sum(crossEntropy(network.apply(network.params, x as tf.Tensor4D).logits, labels)))(inputs),
    );
    const { pixels, labels } = batch();
    const found = await gradient(tf.tensor4d(pixels, [32, 28, 28, 1]), tf.tensor1d(labels, 'int32'));
    const expected = values('input_gradient_sum_cross_entropy');
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    (await found.data()).forEach((value, at) => expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-4 * Math.max(Math.abs(expected[at]!), 1e-2 * largest)));
  });

  it.each(bounded.flatMap((name) => both.map((engine) => [name, engine] as const)))('%s, %s', async (name, engine) => {
    const { norm, epsilon, steps } = recordedAttacks[name];
    const attack = name.startsWith('fgsm') ? fgsm : name === 'bim' ? bim : pgd;
    const output = await run({ attack, norm, epsilon, options: { randomStart: false } }, engines[engine]);
    const images = values(`adversarial/${name}`);
    expect(fooled(output)).toEqual([...values(`success/${name}`)]);
    expect(Math.max(...output.distances)).toBeLessThan(epsilon * (1 + 1e-5));
    if (steps === 1) return expectEqualWhereGradient(output.images, images);
    const { differingShare, largestDifference } = compareImages(output.images, images);
    // Many steps add up rounding: a sign may flip for a step (linf), a direction turn a little (l2).
    if (norm === 'linf') expect(differingShare).toBeLessThan(0.01);
    else expect(largestDifference).toBeLessThan(0.02 * epsilon);
  });

  it.each([['eager', 4], ['compiled', 32]] as const)('cw-l2, %s, %i images', async (engine, rows) => {
    const options = { binarySearchSteps: 6, steps: 200, initialConst: 0.01 };
    const output = await run({ attack: carliniWagner, norm: 'l2', epsilon: 10, options, rows }, engines[engine]);
    expectAsClose(output, 'cw-l2', foundByFoolbox(values('adversarial/cw-l2')).slice(0, rows));
  });

  it.each(both)('deepfool-l2, %s', async (engine) => {
    const output = await run({ attack: deepfool, norm: 'l2', epsilon: 10, options: {} }, engines[engine]);
    expectAsClose(output, 'deepfool-l2', Array<number>(32).fill(1));
  });
});

/** One-step images are equal but for pixels whose gradient is below 1e-6, where the sign is rounding. */
function expectEqualWhereGradient(images: Float32Array, expected: Float32Array): void {
  const gradient = values('input_gradient_sum_cross_entropy');
  const differing = Array.from(expected.keys()).filter((at) => Math.abs(expected[at]! - images[at]!) > 1e-6 && Math.abs(gradient[at]!) >= 1e-6);
  expect(differing).toEqual([]);
}

/** Whoever foolbox fooled is fooled here; median distance over them within 3 %, or smaller. @param theirs foolbox's success by image. */
function expectAsClose(output: AttackOutput, name: string, theirs: readonly number[]): void {
  const ours = fooled(output);
  theirs.forEach((success, row) => expect(ours[row], `image ${row}`).toBeGreaterThanOrEqual(success));
  const median = (distances: ArrayLike<number>): number => {
    const found = Array.from(distances).filter((_, row) => theirs[row] === 1).sort((a, b) => a - b);
    return (found[Math.floor((found.length - 1) / 2)]! + found[Math.ceil((found.length - 1) / 2)]!) / 2;
  };
  expect(median(output.distances)).toBeLessThan(1.03 * median(values(`l2/${name}`)));
}

/** Where foolbox found an image: an all-black one stands for a failed search, whatever the network answers to it. */
function foundByFoolbox(images: Float32Array): number[] {
  const answers = tf.tidy(() => tf.argMax(network.apply(network.params, tf.tensor4d(images, [images.length / 784, 28, 28, 1])).logits, 1).dataSync());
  const labels = values('labels');
  const isBlack = (row: number): boolean => images.subarray(784 * row, 784 * (row + 1)).every((pixel) => pixel === 0);
  return Array.from(answers, (answer, row) => Number(answer !== labels[row] && !isBlack(row)));
}
