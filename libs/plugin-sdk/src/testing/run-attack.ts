import type { Bounds, Norm, Options } from '@entropic-lab/protocol';
import { dispose, Rng, type Runner } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { AttackDefinition } from '../attack.ts';
import type { Attackable } from '../host/counted-model.ts';
import type { AttackLimits, Calls } from '../host/budget.ts';
import { perturbationLength } from '../host/measure.ts';
import { pixelPairs } from '../host/into-threat-model.ts';
import type { MemberReport } from '../host/member-log.ts';
import { propose } from '../host/propose.ts';
import { resolveOptions } from '../registry/resolve-options.ts';

/** Images and labels in plain arrays. */
export interface ImageBatch {
  /** NHWC */
  readonly pixels: Float32Array;
  readonly labels: Int32Array;
  readonly inputShape: readonly [number, number, number];
}

export interface AttackRun {
  readonly network: Attackable;
  readonly batch: ImageBatch;
  readonly norm: Norm;
  readonly epsilon: number;
  /** Default: 0 to 1. */
  readonly bounds?: Bounds;
  readonly options?: Options | undefined;
  readonly preset?: string | undefined;
  readonly runner: Runner;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** Places of the images in their set, for random draws. Default: 0, 1, 2 ... */
  readonly indices?: readonly number[];
  readonly targetClasses?: Int32Array | undefined;
  readonly limits?: AttackLimits | undefined;
}

/** What the host made of one attack on one batch. */
export interface AttackOutput {
  /** NHWC, as judged. */
  readonly images: Float32Array;
  readonly logits: Float32Array;
  readonly predictions: number[];
  readonly distances: number[];
  readonly notFinite: readonly number[];
  readonly calls: Calls;
  readonly limit: string | undefined;
  readonly members: readonly MemberReport[];
}

/** Runs an attack as the lab does, on a batch in memory. @throws LabError what the plugin did wrong. */
export async function runAttack(attack: AttackDefinition, run: AttackRun): Promise<AttackOutput> {
  const { network, batch, norm, epsilon, bounds = { min: 0, max: 1 }, runner, seed = 0 } = run;
  const rng = new Rng(seed);
  const count = batch.labels.length;
  const tensors = {
    inputs: tf.tensor4d(batch.pixels, [count, ...batch.inputShape]),
    labels: tf.tensor1d(batch.labels, 'int32'),
    ...(run.targetClasses === undefined ? {} : { targetClasses: tf.tensor1d(run.targetClasses, 'int32') }),
  };
  try {
    const proposed = await propose({
      attack, network, runner, threat: { norm, epsilon, bounds }, limits: run.limits, ...tensors,
      options: resolveOptions(attack, { norm, preset: run.preset, options: run.options }),
      rngs: Array.from({ length: count }, (_, row) => rng.fork(run.indices?.[row] ?? row)),
    });
    if ('error' in proposed) throw proposed.error;
    const output = tf.tidy(() => network.apply(network.params, proposed.images).logits);
    const [images, logits] = [(await proposed.images.data()) as Float32Array, (await output.data()) as Float32Array];
    dispose([output, proposed.images]);
    const distances = pixelPairs(batch.pixels, images, count).map((pair) => perturbationLength(pair, norm));
    const { notFinite, calls, limit, members } = proposed;
    return { images, logits, predictions: rowMaxima(logits, network.classes), distances, notFinite, calls, limit, members };
  } finally {
    dispose(tensors);
  }
}

function rowMaxima(logits: Float32Array, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, row) => {
    const values = logits.subarray(row * classes, (row + 1) * classes);
    return values.indexOf(Math.max(...values));
  });
}

/** The images at `rows`, in that order. */
export function selectImages({ pixels, labels, inputShape }: ImageBatch, rows: readonly number[]): ImageBatch {
  const size = inputShape.reduce((product, length) => product * length, 1);
  const chosen = new Float32Array(rows.length * size);
  rows.forEach((row, at) => chosen.set(pixels.subarray(row * size, (row + 1) * size), at * size));
  return { pixels: chosen, labels: Int32Array.from(rows, (row) => labels[row]!), inputShape };
}
