import type { Rng } from '@entropic-lab/tensor';
import { selectExamples, type ExampleSet } from './example-set.ts';

/** The order in which `count` examples are visited in an epoch (from 1): another permutation each epoch, of one seed. */
export function epochOrder(rng: Rng, epoch: number, count: number): Int32Array {
  return rng.fork(`epoch ${epoch}`).permutation(count);
}

/** Two sets without an example in common; `first` has `round(share * count)` examples, drawn at random, in file order. */
export function split(set: ExampleSet, share: number, rng: Rng): { first: ExampleSet; second: ExampleSet } {
  const order = rng.fork('split').permutation(set.count);
  const size = Math.round(share * set.count);
  return {
    first: selectExamples(set, order.slice(0, size).sort(), `${set.name}, ${size} of ${set.count}`),
    second: selectExamples(set, order.slice(size).sort(), `${set.name}, ${set.count - size} of ${set.count}`),
  };
}
