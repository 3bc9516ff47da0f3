import type { Finding, Subject } from './conformance.ts';
import type { TestCase } from './linear-case.ts';
import { trial } from './trial.ts';

const SEEDS = 6;

/**
 * l2: where an attack that climbs gradients moves images of a network without any, it does so at random, and every
 * direction must be as likely. Which directions a query attack tries is its own idea. The fourth moment of a coordinate
 * of a uniform direction is 3 / (n (n + 2)); directions into the corners of a cube have a smaller one.
 */
export async function isotropy(subject: Subject, test: TestCase): Promise<Finding | undefined> {
  if (subject.norm !== 'l2' || !subject.climbs || subject.attack.search === 'minimal') return undefined;
  const { pixels, labels } = test.batch;
  const size = pixels.length / labels.length;
  const moments: number[] = [];
  for (let seed = 0; seed < SEEDS; seed++) {
    const { raw } = await trial(subject, test, 0.2, { seed });
    for (let row = 0; row < labels.length; row++) {
      const delta = [...raw.subarray(row * size, (row + 1) * size)].map((pixel, at) => pixel - pixels[row * size + at]!);
      const length = Math.hypot(...delta);
      if (length > 1e-4) moments.push(...delta.map((x) => (x / length) ** 4));
    }
  }
  // Nothing random about it.
  if (moments.length < size * labels.length) return undefined;
  const mean = moments.reduce((sum, moment) => sum + moment, 0) / moments.length;
  const variance = moments.reduce((sum, moment) => sum + (moment - mean) ** 2, 0) / moments.length;
  const expected = 3 / (size * (size + 2));
  const deviations = Math.abs(mean - expected) / Math.sqrt(variance / moments.length);
  return deviations < 5 ? undefined : `its random directions favor some over others (fourth moment ${mean.toFixed(4)}, expected ${expected.toFixed(4)}). Draw them from a normal distribution.`;
}
