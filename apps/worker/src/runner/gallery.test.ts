import { firstExamples, openDataset } from '@entropic-lab/datasets';
import { readSafetensors } from '@entropic-lab/models';
import { expect, it } from 'vitest';
import { gallery } from './gallery.ts';

it('keeps the first images, and of the attacks what the latest evaluation proposed', async () => {
  const { test } = await openDataset('mnist');
  const set = firstExamples(test, 5, 'count');
  const kept = gallery(3);
  const proposed = (...places: number[]) => ({ indices: Int32Array.from(places), judgements: [], images: Float32Array.from({ length: places.length * 784 }, (_, at) => places[Math.floor(at / 784)]! / 10) });
  expect(kept.file(set, [])).toBeUndefined();
  kept.begin(0);
  kept.take(0, proposed(0, 1, 2, 3));
  kept.begin(0);
  kept.take(0, proposed(2, 4));
  kept.take(0, proposed(1));
  kept.take(0, { ...proposed(0), images: new Float32Array(0) });
  const { tensors, metadata } = readSafetensors(kept.file(set, [{ plugin: 'pgd', norm: 'linf', epsilon: 0.3, shown: 'logits', options: {} }])!);
  expect(tensors['images']!.shape).toEqual([3, 28, 28, 1]);
  expect([...tensors['labels']!.values]).toEqual([7, 2, 1]);
  expect([...tensors['examples.0']!.values]).toEqual([1, 2]);
  expect(tensors['adversarial.0']!.shape).toEqual([2, 28, 28, 1]);
  expect(tensors['adversarial.0']!.values[784]).toBeCloseTo(0.2);
  expect(JSON.parse(metadata['attacks']!)).toEqual([{ plugin: 'pgd', norm: 'linf', epsilon: 0.3 }]);
  expect(gallery(0).file(set, [])).toBeUndefined();
});
