import type { Worker } from 'node:worker_threads';
import { Rng } from '@entropic-lab/tensor';
import { describe, expect, it } from 'vitest';
import { augmentation } from './augment.ts';
import { batches, type Batch, type BatchOptions } from './batches.ts';
import { batchesAhead, worthAThread } from './batches-ahead.ts';
import { exampleSet, type ExampleSet } from './example-set.ts';
import { epochOrder } from './order.ts';

const inputShape = [5, 4, 3] as const;
const COUNT = 301;
const parts = { name: 'many', inputShape, classes: 7, bounds: { min: 0, max: 1 }, labels: Int32Array.from({ length: COUNT }, (_, at) => at % 7) };
const values = new Rng(1).uniform(COUNT * 60);
const floats = exampleSet({ ...parts, pixels: values });
const bytes = exampleSet({ ...parts, pixels: Uint8Array.from(values, (value) => 255 * value) });
const moves = augmentation({ shift: 0.4, flip: true }, new Rng(2), { epoch: 1, count: COUNT, shape: inputShape });
const order = epochOrder(new Rng(3), 1, COUNT);

async function collected(stream: AsyncIterable<Batch> | Iterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of stream) all.push(batch);
  return all;
}

/** Every thread begun while `body` runs; the id of one that has ended is -1. */
async function threadsOf(body: () => Promise<unknown>): Promise<number[]> {
  const begun: Worker[] = [];
  const remember = (thread: Worker): number => begun.push(thread);
  process.on('worker', remember);
  try {
    await body();
  } finally {
    process.off('worker', remember);
  }
  return begun.map(({ threadId }) => threadId);
}

describe('batches made by a thread', () => {
  // Batches of 2 are more than the ring holds: it goes round twice.
  it.each<[string, ExampleSet, BatchOptions]>([
    ['bytes in file order', bytes, { batchSize: 16 }],
    ['shuffled floats', floats, { batchSize: 16, order }],
    ['shuffled bytes, shifted and mirrored', bytes, { batchSize: 2, order, moves }],
    ['floats, shifted and mirrored', floats, { batchSize: 64, moves }],
    ['a batch larger than the set', bytes, { batchSize: 1000, order, moves }],
  ])('are those of the caller, to the bit: %s', async (_, set, options) => {
    expect(await collected(batchesAhead(set, { ...options, thread: true }))).toEqual(await collected(batches(set, options)));
  });

  it('stay as they are while later ones are made', async () => {
    const [first] = await collected(batchesAhead(bytes, { batchSize: 2, order, moves, thread: true }));
    expect(first).toEqual([...batches(bytes, { batchSize: 2, order, moves })][0]);
  });

  it('end with the iteration: whoever leaves early, or throws, leaves no thread behind', async () => {
    const leaving = threadsOf(async () => {
      for await (const batch of batchesAhead(bytes, { batchSize: 2, order, thread: true })) if (batch.indices[0] === order[4]) break;
    });
    expect(await leaving).toEqual([-1]);
    const throwing = threadsOf(async () => {
      const failing = (async () => {
        for await (const batch of batchesAhead(bytes, { batchSize: 2, thread: true })) throw new Error(`stopped at ${batch.size}`);
      })();
      await expect(failing).rejects.toThrow('stopped at 2');
    });
    expect(await throwing).toEqual([-1]);
    expect(await threadsOf(() => collected(batchesAhead(bytes, { batchSize: 2, thread: false })))).toEqual([]);
  });

  it('fail with an error where the thread dies, and wait no more', async () => {
    const dying = collected(batchesAhead(bytes, { batchSize: 2, moves: null as unknown as Int16Array, thread: true }));
    await expect(dying).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringMatching(/thread that makes batches to live, it ended: TypeError/) });
  });

  it('are made where making them takes long: sets of the size of CIFAR-10, not of a few thousand digits', () => {
    const large = (count: number) => ({ ...bytes, count, inputShape: [32, 32, 3] as const });
    expect(worthAThread(large(50_000), { moves })).toBe(true);
    expect(worthAThread(large(5_000), { moves })).toBe(false);
    expect(worthAThread({ ...bytes, count: 60_000, inputShape: [28, 28, 1] }, {})).toBe(false);
  });
});
