import type { Bounds, Norm, ThreatModel } from '@entropic-lab/protocol';
import { withinEpsilon } from '@entropic-lab/tensor';

/** One example's pixels before and after, as plain numbers. */
export interface PixelPair {
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** Length of the perturbation in float64, so that the sum adds no rounding of its own. NaN where a pixel is. */
export function perturbationLength({ before, after }: PixelPair, norm: Norm): number {
  return lengths[norm](before, after);
}

const lengths: Readonly<Record<Norm, (before: Float32Array, after: Float32Array) => number>> = {
  linf: (before, after) => {
    let largest = 0;
    for (let at = 0; at < before.length; at++) {
      const change = Math.abs(after[at]! - before[at]!);
      if (!(change <= largest)) largest = change;
    }
    return largest;
  },
  l2: (before, after) => {
    let sum = 0;
    for (let at = 0; at < before.length; at++) sum += (after[at]! - before[at]!) ** 2;
    return Math.sqrt(sum);
  },
  l1: (before, after) => {
    let sum = 0;
    for (let at = 0; at < before.length; at++) sum += Math.abs(after[at]! - before[at]!);
    return sum;
  },
};

export function allFinite(pixels: Float32Array): boolean {
  return pixels.every(Number.isFinite);
}

/** Whether each pixel is within the bounds as float32 numbers. */
export function withinBounds(pixels: Float32Array, { min, max }: Bounds): boolean {
  const low = Math.fround(min);
  const high = Math.fround(max);
  return pixels.every((pixel) => pixel >= low && pixel <= high);
}

/** Whether the image is one that the threat model allows. */
export function allowed(pair: PixelPair, threat: ThreatModel): boolean {
  return withinBounds(pair.after, threat.bounds) && withinEpsilon(perturbationLength(pair, threat.norm), threat, pair.before.length);
}
