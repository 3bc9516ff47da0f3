import type { Batch } from '@entropic-lab/datasets';

/**
 * Batches in runs of one size, at most `most()` at a time: what an engine takes in one call. `most` is asked anew for
 * each, since an engine knows its pace better after the first.
 */
export async function* inGroups(stream: AsyncIterable<Batch>, most: () => number): AsyncGenerator<Batch[], void, undefined> {
  let group: Batch[] = [];
  for await (const batch of stream) {
    if (group.length > 0 && (group.length >= most() || group[0]!.size !== batch.size)) {
      yield group;
      group = [];
    }
    group.push(batch);
  }
  if (group.length > 0) yield group;
}

/** Each batch `times` times in a row. */
export async function* repeated(stream: AsyncIterable<Batch>, times: number): AsyncGenerator<Batch, void, undefined> {
  for await (const batch of stream) for (let n = 0; n < times; n++) yield batch;
}
