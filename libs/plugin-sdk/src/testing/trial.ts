import type { Options } from '@entropic-lab/protocol';
import { allFinite, allowed } from '../host/measure.ts';
import { pixelPairs } from '../host/into-threat-model.ts';
import type { Subject } from './conformance.ts';
import type { TestCase } from './linear-case.ts';
import { runAttack, type AttackOutput, type AttackRun } from './run-attack.ts';

export interface Trial extends AttackOutput {
  /** What the attack itself returned, before the host moved it into the threat model. */
  readonly raw: Float32Array;
  /** Whether each image's answer differs from its label. */
  readonly found: boolean[];
}

export type TrialOptions = Partial<Pick<AttackRun, 'seed' | 'indices' | 'runner' | 'batch'>> & { readonly options?: Options };

/** Runs the attack on a case as the lab does, and keeps what it returned itself. @throws Error for images that are not numbers. */
export async function trial({ attack, norm, options, runner }: Subject, { network, bounds, batch }: TestCase, epsilon: number, more: TrialOptions = {}): Promise<Trial> {
  let raw = new Float32Array(0);
  const watched = {
    ...attack,
    perturb: async (problem: never) => {
      const images = await attack.perturb(problem);
      raw = Float32Array.from(await images.data());
      return images;
    },
  };
  const used = more.batch ?? batch;
  const output = await runAttack(watched, { network, bounds, norm, epsilon, runner, ...more, batch: used, options: { ...options, ...more.options } });
  if (!allFinite(raw)) throw new Error('it returns pixels that are NaN or infinite');
  return { ...output, raw, found: output.predictions.map((answer, row) => answer !== used.labels[row]) };
}

/** Rows whose raw image the threat model does not allow. */
export function violations({ attack, norm }: Subject, { batch, bounds }: TestCase, epsilon: number, { raw }: Trial): number[] {
  const pairs = pixelPairs(batch.pixels, raw, batch.labels.length);
  const threat = { norm, epsilon: attack.search === 'bounded' ? epsilon : 1e9, bounds };
  return pairs.flatMap((pair, row) => (allowed(pair, threat) ? [] : [row]));
}

/** Largest difference between two batches of pixels. */
export function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, pixel, at) => Math.max(largest, Math.abs(pixel - b[at]!)), 0);
}
