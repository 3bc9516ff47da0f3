import type { Bounds, Norm } from '@entropic-lab/protocol';
import { Rng } from '@entropic-lab/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Attackable } from '../host/counted-model.ts';
import type { ImageBatch } from './run-attack.ts';

/** A network, images that it classifies correctly, and what an attack has to reckon with. */
export interface TestCase {
  readonly name: string;
  readonly network: Attackable;
  readonly batch: ImageBatch;
  readonly bounds: Bounds;
  /** Length of the least perturbation that changes the answer, for each image, away from the bounds. */
  least(norm: Norm): number[];
  dispose(): void;
}

export interface LinearOptions {
  readonly name: string;
  /** Default: 6. */
  readonly count?: number;
  /** Multiplies the logits; the least perturbations stay. Default: 1. */
  readonly scale?: number;
  /** Added to every logit. Default: 0. */
  readonly offset?: number;
  /** Default: -1 to 2. */
  readonly bounds?: Bounds;
  /** Lowest and highest pixel of the images. Default: 0.25 to 0.75. */
  readonly pixels?: readonly [number, number];
  /** Rounds pixels to the ends of `pixels`: all are saturated where those are the bounds. Default: false. */
  readonly binary?: boolean;
}

const SIDE = 3;
const SIZE = SIDE * SIDE;
const CLASSES = 3;

/** Dual norms: a linear difference w changes by epsilon |w|_dual at most. */
const dual: Readonly<Record<Norm, (w: readonly number[]) => number>> = {
  linf: (w) => w.reduce((sum, x) => sum + Math.abs(x), 0),
  l2: (w) => Math.hypot(...w),
  l1: (w) => Math.max(...w.map(Math.abs)),
};

/** Three classes, logits linear in nine pixels: every least perturbation is known in closed form. */
export function linearCase({ name, count = 6, scale = 1, offset = 0, bounds = { min: -1, max: 2 }, pixels = [0.25, 0.75], binary = false }: LinearOptions): TestCase {
  const rng = new Rng(20).fork('linear');
  const weights = Array.from({ length: CLASSES }, (_, k) => [...rng.fork(k).normal(SIZE)].map((w) => w / 2));
  const center = (pixels[0] + pixels[1]) / 2;
  const logitsOf = (x: readonly number[]) => weights.map((w) => w.reduce((sum, value, at) => sum + value * (x[at]! - center), 0));
  const distancesTo = (z: readonly number[], label: number, norm: Norm) =>
    weights.map((w, k) => (k === label ? Infinity : (z[label]! - z[k]!) / dual[norm](weights[label]!.map((value, at) => value - w[at]!))));
  const images: { x: number[]; label: number; z: number[] }[] = [];
  for (let draw = 0; images.length < count; draw++) {
    const unit = [...rng.fork(`image ${draw}`).uniform(SIZE)].map((u) => (binary ? Math.round(u) : u));
    const x = unit.map((u) => Math.fround(pixels[0] + u * (pixels[1] - pixels[0])));
    const z = logitsOf(x);
    const [first, second] = [...z.keys()].sort((a, b) => z[b]! - z[a]!) as [number, number];
    const gap = z[first]! - z[second]!;
    // Neither on the border nor far from it, and nearest to the class whose logit is next: no attack is led astray.
    const straight = (['linf', 'l2', 'l1'] as const).every((norm) => distancesTo(z, first, norm)[second] === Math.min(...distancesTo(z, first, norm)));
    if (gap > 0.2 && gap < 0.6 && straight) images.push({ x, z, label: first });
  }
  const network = linearNetwork(weights, { scale, offset, center });
  return {
    name,
    network,
    bounds,
    batch: { pixels: Float32Array.from(images.flatMap(({ x }) => x)), labels: Int32Array.from(images, ({ label }) => label), inputShape: [SIDE, SIDE, 1] },
    least: (norm) => images.map(({ z, label }) => Math.min(...distancesTo(z, label, norm))),
    dispose: () => tf.dispose(network.params),
  };
}

function linearNetwork(weights: readonly (readonly number[])[], { scale, offset, center }: { scale: number; offset: number; center: number }): Attackable {
  const columns = Array.from({ length: SIZE }, (_, at) => weights.map((w) => w[at]! * scale));
  const params = { kernel: tf.keep(tf.tensor2d(columns)) };
  return {
    classes: CLASSES,
    inputShape: [SIDE, SIDE, 1],
    params,
    apply: ({ kernel }, inputs) => {
      const rows = tf.sub(tf.reshape(inputs, [inputs.shape[0], SIZE]), center);
      return { logits: tf.add(tf.matMul(rows as tf.Tensor2D, kernel as tf.Tensor2D), offset) as tf.Tensor2D, layers: [] };
    },
  };
}
