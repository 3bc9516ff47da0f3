import { expect, it } from 'vitest';
import { imageFates, selections } from './image-fates.ts';

const pgd = { label: [3, 5, 7, 1], cleanPrediction: [3, 5, 2, 1], prediction: [8, 5, 2, 4], outcome: ['found' as const, 'notFound' as const, 'skippedMisclassified' as const, 'found' as const], distance: [0.2, null, null, 0.1] };
const fgsm = { ...pgd, prediction: [8, 5, 2, 1], outcome: ['found' as const, 'notFound' as const, 'skippedMisclassified' as const, 'error' as const], distance: [0.3, null, null, null] };

it('lays what the attacks tell side by side, image by image', () => {
  expect(imageFates([pgd, fgsm])[3]).toEqual({ image: 3, label: 1, before: 1, attacks: [{ outcome: 'found', prediction: 4, distance: 0.1 }, { outcome: 'error', prediction: 1, distance: null }] });
  expect(imageFates([])).toEqual([]);
});

it('chooses images by what became of them', () => {
  const fates = imageFates([pgd, fgsm]);
  const chosen = Object.fromEntries(Object.entries(selections).map(([key, { holds }]) => [key, fates.filter(holds).map(({ image }) => image)]));
  expect(chosen).toEqual({ all: [0, 1, 2, 3], someFound: [0, 3], allFound: [0], split: [3], withstood: [1], undecided: [3], before: [2] });
});
