/// <reference lib="es2024.sharedmemory" />
import { Worker } from 'node:worker_threads';
import { LabError } from '@entropic-lab/protocol';
import { batches, fileOrder, type Batch, type BatchOptions } from './batches.ts';
import { pixelsPerExample, type ExampleSet } from './example-set.ts';

export interface AheadOptions extends BatchOptions {
  /** Whether a thread of its own makes the batches. Default: where {@link worthAThread} says so. */
  readonly thread?: boolean | undefined;
}

/** A ring holds at most so many batches, and at most so many bytes. */
const MOST_SLOTS = 64;
const MOST_BYTES = 32 * 2 ** 20;
/** Places of the counters that both sides share: batches made, batches taken. */
const [FILLED, TAKEN] = [0, 1];

/**
 * The batches of {@link batches}, to the bit, made by a thread while the caller computes. Leaving the iteration ends the
 * thread.
 * @throws LabError INTERNAL where the thread dies.
 */
export async function* batchesAhead(set: ExampleSet, options: AheadOptions): AsyncGenerator<Batch, void, undefined> {
  const { batchSize, order = fileOrder(set.count), moves } = options;
  if (!(options.thread ?? worthAThread(set, options))) return yield* batches(set, options);
  const floats = Math.min(batchSize, order.length) * pixelsPerExample(set.inputShape);
  const slots = Math.max(2, Math.min(MOST_SLOTS, Math.floor(MOST_BYTES / (4 * floats))));
  const ring = new Float32Array(new SharedArrayBuffer(4 * floats * slots));
  const counters = new Int32Array(new SharedArrayBuffer(8));
  const from = { pixels: shared(set.pixels), inputShape: set.inputShape, moves };
  const thread = new Worker(new URL('./batch-thread.mjs', import.meta.url), { workerData: { from, order, batchSize, ring, slots, counters }, execArgv: [] });
  let died: unknown;
  const wake = (reason: unknown): void => {
    died = reason;
    Atomics.notify(counters, FILLED);
  };
  thread.once('error', wake);
  thread.once('exit', (code) => wake(died ?? `exit code ${code}`));
  try {
    for (let start = 0, taken = 0; start < order.length; start += batchSize, taken++) {
      await filled(counters, taken, () => died);
      const indices = order.subarray(start, start + batchSize);
      const slot = (taken % slots) * floats;
      // Copied, for the slot is written again as soon as it counts as taken.
      const inputs = ring.slice(slot, slot + indices.length * pixelsPerExample(set.inputShape));
      Atomics.store(counters, TAKEN, taken + 1);
      Atomics.notify(counters, TAKEN);
      yield { size: indices.length, inputs, labels: indices.map((index) => set.labels[index]!), indices };
    }
  } finally {
    await thread.terminate();
  }
}

/** Resolves when more than `taken` batches are made. */
async function filled(counters: Int32Array, taken: number, died: () => unknown): Promise<void> {
  for (let made = Atomics.load(counters, FILLED); made <= taken; made = Atomics.load(counters, FILLED)) {
    if (died() !== undefined) {
      throw new LabError('INTERNAL', `[datasets] expected the thread that makes batches to live, it ended: ${String(died())}. Please report it.`, { cause: died() });
    }
    await Atomics.waitAsync(counters, FILLED, made, 1_000).value;
  }
}

/** Time to make one value of a batch, as measured on a slow processor: docs/experiments/batches-ahead.md. */
const NANOSECONDS = { moved: 13, asItIs: 4 };

/**
 * The rule by which a thread is used: where making the batches of an epoch takes half a second or more. Below that the
 * thread's start, the copy of the set into shared memory, and the copy out of the ring cost what they save.
 */
export function worthAThread(set: ExampleSet, { order, moves }: Pick<BatchOptions, 'order' | 'moves'>): boolean {
  const values = (order?.length ?? set.count) * pixelsPerExample(set.inputShape);
  return values * (moves === undefined ? NANOSECONDS.asItIs : NANOSECONDS.moved) >= 5e8;
}

/** Pixels in memory that threads share: copied once a set, and let go of with it. */
const copies = new WeakMap<Uint8Array | Float32Array, Uint8Array | Float32Array>();

function shared(pixels: Uint8Array | Float32Array): Uint8Array | Float32Array {
  if (pixels.buffer instanceof SharedArrayBuffer) return pixels;
  let copy = copies.get(pixels);
  if (copy === undefined) {
    copy = pixels instanceof Uint8Array ? new Uint8Array(new SharedArrayBuffer(pixels.byteLength)) : new Float32Array(new SharedArrayBuffer(pixels.byteLength));
    copy.set(pixels as Uint8Array & Float32Array);
    copies.set(pixels, copy);
  }
  return copy;
}
