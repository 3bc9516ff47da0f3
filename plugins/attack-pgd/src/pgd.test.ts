import { compareImages, lenet5Reference, recordedAttacks, runAttack } from '@entropic-lab/plugin-sdk/testing';
import { eagerRunner, prepareBackend } from '@entropic-lab/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import pgd from './index.ts';

beforeAll(() => prepareBackend('wasm'));

const names = ['pgd-linf', 'pgd-l2', 'pgd-linf-eps0.1', 'pgd-l2-eps1'] as const;

describe('pgd', () => {
  it.each(names)('gives the images recorded with foolbox: %s', async (name) => {
    using reference = lenet5Reference();
    const { norm, epsilon } = recordedAttacks[name];
    const output = await runAttack(pgd, { ...reference, norm, epsilon, preset: 'foolbox', options: { randomStart: false }, runner: eagerRunner() });
    const agreement = compareImages(output.images, reference.recorded(`adversarial/${name}`));
    // 40 steps add up rounding: a sign may flip for a step (linf), a direction turn a little (l2).
    if (norm === 'linf') expect(agreement.differingShare).toBeLessThan(0.005);
    else expect(agreement.largestDifference).toBeLessThan(0.01 * epsilon);
    expect(output.predictions.map((answer, row) => Number(answer !== reference.batch.labels[row]))).toEqual([...reference.recorded(`success/${name}`)]);
    expect(Math.max(...output.distances)).toBeLessThan(epsilon * (1 + 1e-5));
  });

  it('keeps the first success where any iterate counts, and stops moving there', async () => {
    using reference = lenet5Reference();
    const common = { ...reference, norm: 'linf', epsilon: 0.3, runner: eagerRunner() } as const;
    const options = { randomStart: false, steps: 12, stepSize: 0.1 };
    const final = await runAttack(pgd, { ...common, options });
    const any = await runAttack(pgd, { ...common, options: { ...options, judge: 'any' } });
    const wrong = (predictions: number[]) => predictions.map((answer, row) => answer !== reference.batch.labels[row]);
    expect(wrong(any.predictions)).toEqual(wrong(final.predictions));
    any.distances.forEach((distance, row) => expect(distance).toBeLessThanOrEqual(final.distances[row]! + 1e-6));
    expect(Math.min(...any.distances)).toBeLessThan(0.2);
  });

  it('reaches chosen target classes', async () => {
    using reference = lenet5Reference();
    const targetClasses = reference.batch.labels.map((label) => (label + 1) % 10);
    const options = { steps: 20, stepSize: 0.1 };
    const { predictions } = await runAttack(pgd, { ...reference, norm: 'linf', epsilon: 0.3, options, targetClasses, runner: eagerRunner() });
    expect(predictions.filter((answer, row) => answer === targetClasses[row]).length).toBeGreaterThanOrEqual(10);
  });

  it('restarts by example: no example is worse for it', async () => {
    using reference = lenet5Reference();
    const run = (restarts: number) =>
      runAttack(pgd, { ...reference, norm: 'linf', epsilon: 0.08, options: { steps: 5, stepSize: 0.4, restarts }, runner: eagerRunner() });
    const [one, three] = [await run(1), await run(3)];
    one.predictions.forEach((answer, row) => {
      if (answer !== reference.batch.labels[row]) expect(three.predictions[row]).toBe(answer);
    });
  });
});
