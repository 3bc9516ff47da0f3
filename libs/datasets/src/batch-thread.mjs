// The other side of batches-ahead.ts, on a thread of its own: fills a ring of batches for one epoch, and ends.
import { workerData } from 'node:worker_threads';
import { gather } from './gather.mjs';

const { from, order, batchSize, ring, slots, counters } = workerData;
const [FILLED, TAKEN] = [0, 1];
const floats = ring.length / slots;
const pixelsPerExample = from.inputShape[0] * from.inputShape[1] * from.inputShape[2];

for (let start = 0, filled = 0; start < order.length; start += batchSize, filled++) {
  for (let taken = Atomics.load(counters, TAKEN); filled - taken >= slots; taken = Atomics.load(counters, TAKEN)) Atomics.wait(counters, TAKEN, taken);
  const indices = order.subarray(start, start + batchSize);
  const slot = (filled % slots) * floats;
  gather(from, indices, ring.subarray(slot, slot + indices.length * pixelsPerExample));
  Atomics.store(counters, FILLED, filled + 1);
  Atomics.notify(counters, FILLED);
}
