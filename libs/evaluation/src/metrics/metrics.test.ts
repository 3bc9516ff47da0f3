import { exampleSet } from '@entropic-lab/datasets';
import type { AttackResult } from '@entropic-lab/protocol';
import { eagerRunner, prepareBackend, Rng } from '@entropic-lab/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { linearExamples, linearNetwork } from '../testing/linear-network.ts';
import { cleverScores } from './clever.ts';
import { empiricalRobustness, medianMinimalPerturbation, minimalDistances, robustnessCurve } from './index.ts';
import { fitReverseWeibull } from './reverse-weibull.ts';

beforeAll(() => prepareBackend('wasm'));

/** An attack's record with these distances: null where nothing was found, 0 where the example was misclassified. */
function attack(distances: readonly (number | null)[], more: Partial<AttackResult> = {}): AttackResult {
  const outcome = distances.map((distance) => (distance === 0 ? 'skippedMisclassified' : distance === null ? 'notFound' : 'found') as AttackResult['perExample']['outcome'][number]);
  const skipped = outcome.filter((one) => one === 'skippedMisclassified').length;
  const label = distances.map(() => 0);
  return {
    norm: 'l2', examples: distances.length, outcomes: { found: 0, notFound: 0, error: 0, outOfBudget: 0, skippedMisclassified: skipped },
    perExample: { label, cleanPrediction: label, prediction: label, outcome, distance: distances.map((distance) => distance || null) }, ...more,
  } as AttackResult;
}

describe('minimal distances', () => {
  it('take the best of several attacks, and nothing for what no attack found', () => {
    const best = minimalDistances([attack([1, null, 0, null, 3]), attack([2, null, 0, 0.5, 1])]);
    expect([...best.distances]).toEqual([1, Infinity, 0, 0.5, 1]);
    expect(best).toMatchObject({ correct: 4, found: 3 });
  });

  it('refuse what cannot be compared', () => {
    expect(() => minimalDistances([])).toThrow('one attack or more');
    expect(() => minimalDistances([attack([1]), attack([1], { norm: 'linf' })])).toThrow('attacks in l2, got linf');
    expect(() => minimalDistances([attack([1]), attack([1, 2])])).toThrow('the same examples');
  });

  it('have a median over all correct examples, none where half were not found', () => {
    const medianOf = (...distances: (number | null)[]) => medianMinimalPerturbation(minimalDistances([attack(distances)]));
    expect(medianOf(1, 2, 3)).toBe(2);
    expect(medianOf(1, 2, null)).toBe(2);
    expect(medianOf(1, 2, null, null)).toBeNull();
    expect(medianOf(4, 1, null, 2)).toBe(3);
    expect(medianOf(null, null, null)).toBeNull();
    expect(medianOf(0, 0, 4)).toBe(4);
    expect(medianOf(0)).toBeNull();
  });

  it('fall in a curve, by example', () => {
    expect(robustnessCurve(minimalDistances([attack([2, 0, null, 1])]))).toEqual([
      { epsilon: 0, robustAccuracy: 0.75 },
      { epsilon: 1, robustAccuracy: 0.5 },
      { epsilon: 2, robustAccuracy: 0.25 },
    ]);
  });

  it('over the length of the image are the empirical robustness, null and not 0 where no attack succeeds', () => {
    const pixels = Float32Array.of(0.6, 0.8, 1, 0, 0, 0.5);
    const examples = exampleSet({ name: 'three', inputShape: [1, 2, 1], classes: 2, bounds: { min: 0, max: 1 }, pixels, labels: Int32Array.of(0, 0, 0) });
    const { mean, found, correct } = empiricalRobustness(minimalDistances([attack([0.5, null, 0.25])]), examples);
    expect(mean).toBeCloseTo((0.5 / 1 + 0.25 / 0.5) / 2, 6);
    expect([found, correct]).toEqual([2, 3]);
    expect(empiricalRobustness(minimalDistances([attack([null, null, null])]), examples)).toEqual({ mean: null, found: 0, correct: 3 });
  });
});

describe('CLEVER', () => {
  it('fits the distribution of maxima as SciPy 1.17 does', () => {
    // weibull_max(2.5, loc=10, scale=3), 40 draws; weibull_max.fit with a start at shape 2: log likelihood -66.95563.
    const drawn = [
      8.372082, 8.383073, 7.454839, 6.717335, 5.39449, 7.050117, 7.129786, 5.286047, 5.331522, 9.824798, 7.865229, 6.519039, 7.212074, 9.301561, 8.768594, 8.525605, 7.078999, 7.388211, 7.940372, 5.471108,
      7.574577, 6.663981, 8.680781, 5.506636, 7.948149, 8.636901, 6.489326, 8.757325, 8.646427, 4.782419, 8.037708, 3.569923, 7.41915, 7.217367, 6.385562, 6.856277, 8.376609, 6.826865, 6.11897, 8.009035,
    ];
    const { location, scale, shape } = fitReverseWeibull(drawn);
    expect(location).toBeCloseTo(10.1539, 1);
    expect(scale).toBeCloseTo(3.2897, 1);
    expect(shape).toBeCloseTo(2.3229, 1);
    const likelihood = drawn.reduce((sum, x) => sum + Math.log(shape / scale) + (shape - 1) * Math.log((location - x) / scale) - ((location - x) / scale) ** shape, 0);
    expect(likelihood).toBeGreaterThan(-66.957);
  });

  it.each(['l2', 'linf', 'l1'] as const)('is the exact distance of a linear network, at most the radius: %s', async (norm) => {
    const [size, count] = [9, 12];
    using network = linearNetwork(size, -size / 2, 3);
    const examples = linearExamples(count, size, 5);
    const scores: (number | null)[] = [];
    for await (const score of cleverScores({ network, examples, runner: eagerRunner(), norm, radius: 1, rng: new Rng(1), maxima: 3, samples: 4 })) scores.push(score);
    // The gap of the two logits is 2 * 3 (sum - size / 2): its slope is a constant, 6 by pixel.
    const dualLength = { l2: Math.sqrt(size), linf: size, l1: 1 }[norm];
    scores.forEach((score, row) => {
      const sum = [...examples.pixels.slice(row * size, (row + 1) * size)].reduce((a, b) => a + b, 0);
      if (row % 5 === 0) expect(score).toBeNull();
      else expect(score).toBeCloseTo(Math.min(1, Math.abs(sum - size / 2) / dualLength), 4);
    });
  });
});
