import { LabError } from '@entropic-lab/protocol';

/**
 * Half of a batch that did not fit into the device's memory. Results do not depend on the size of batches.
 * @throws what was thrown, where it was anything else, or where one example alone does not fit.
 */
export function halved(batchSize: number, thrown: unknown): number {
  if (!(thrown instanceof LabError) || thrown.code !== 'OUT_OF_MEMORY' || batchSize <= 1) throw thrown;
  return Math.ceil(batchSize / 2);
}

/** A measurement that is begun again with smaller batches as long as memory does not suffice. */
export async function withinMemory<T>(batchSize: number, measure: (batchSize: number) => Promise<T>): Promise<T> {
  for (let size = batchSize; ; ) {
    try {
      return await measure(size);
    } catch (thrown) {
      size = halved(size, thrown);
    }
  }
}
