import { Rng } from '@entropic-lab/tensor';
import { describe, expect, it } from 'vitest';
import { augmentation } from './augment.ts';
import { batches, readBatch } from './batches.ts';
import { exampleSet } from './example-set.ts';
import { epochOrder, split } from './order.ts';

const set = exampleSet({
  name: 'seven',
  inputShape: [2, 2, 1],
  classes: 7,
  bounds: { min: 0, max: 1 },
  pixels: Uint8Array.from({ length: 28 }, (_, at) => at * 9),
  labels: Int32Array.from({ length: 7 }, (_, at) => at),
});

describe('batches', () => {
  it('visit every example once, the last one short', () => {
    const all = [...batches(set, { batchSize: 3 })];
    expect(all.map(({ size }) => size)).toEqual([3, 3, 1]);
    expect(all.flatMap(({ labels }) => [...labels])).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('scale bytes to 0 ... 1, rounded once to float32', () => {
    const [first] = batches(set, { batchSize: 2 });
    expect(Array.from(first!.inputs)).toEqual([0, 9, 18, 27, 36, 45, 54, 63].map((byte) => Math.fround(byte / 255)));
  });

  it('follow an order of one seed, another each epoch', () => {
    const rng = new Rng(5);
    const order = epochOrder(rng, 1, 100);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, at) => at));
    expect(epochOrder(new Rng(5), 1, 100)).toEqual(order);
    expect(epochOrder(rng, 2, 100)).not.toEqual(order);
    expect(epochOrder(new Rng(6), 1, 100)).not.toEqual(order);
    const labels = [...batches(set, { batchSize: 4, order: Int32Array.of(6, 2, 2) })].flatMap((batch) => [...batch.labels]);
    expect(labels).toEqual([6, 2, 2]);
  });
});

describe('a split', () => {
  it('shares out every example once, the same for the same seed', () => {
    const { first, second } = split(set, 0.4, new Rng(1));
    expect([first.count, second.count]).toEqual([3, 4]);
    expect([...first.labels, ...second.labels].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(split(set, 0.4, new Rng(1)).first.labels).toEqual(first.labels);
  });
});

describe('augmentation', () => {
  const pixels = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const image = exampleSet({ name: 'one', inputShape: [3, 3, 1], classes: 2, bounds: { min: 0, max: 9 }, pixels, labels: Int32Array.of(0) });
  const move = ({ down = 0, right = 0, mirror = false }) => [...readBatch(image, Int32Array.of(0), Int16Array.of(down, right, Number(mirror))).inputs];

  it('shifts with the edge repeated, and mirrors', () => {
    expect(move({})).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(move({ down: 1 })).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6]);
    expect(move({ right: -1 })).toEqual([2, 3, 3, 5, 6, 6, 8, 9, 9]);
    expect(move({ mirror: true })).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7]);
    expect(move({ down: -2, mirror: true })).toEqual([9, 8, 7, 9, 8, 7, 9, 8, 7]);
  });

  it('keeps an example as it is in any batch size, and changes it from epoch to epoch', () => {
    const spec = { shift: 0.5, flip: true };
    const moves = (epoch: number) => augmentation(spec, new Rng(3), { epoch, count: 7, shape: [2, 2, 1] });
    const inputs = (batchSize: number, epoch: number) => [...batches(set, { batchSize, moves: moves(epoch) })].flatMap((batch) => [...batch.inputs]);
    expect(inputs(2, 1)).toEqual(inputs(7, 1));
    expect(inputs(2, 1)).not.toEqual(inputs(2, 2));
  });

  it('uses the whole range of shifts evenly and mirrors half', () => {
    const count = 9000;
    const moves = augmentation({ shift: 0.1, flip: true }, new Rng(1), { epoch: 1, count, shape: [10, 20, 3] });
    const all = Array.from({ length: count }, (_, index) => ({ down: moves[3 * index], right: moves[3 * index + 1]!, mirror: moves[3 * index + 2] === 1 }));
    const downs = [-1, 0, 1].map((shift) => all.filter(({ down }) => down === shift).length / count);
    downs.forEach((share) => expect(share).toBeCloseTo(1 / 3, 1));
    expect([...new Set(all.map(({ right }) => right))].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect(all.filter(({ mirror }) => mirror).length / count).toBeCloseTo(0.5, 1);
  });
});
