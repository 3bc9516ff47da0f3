import type { Bounds } from '@entropic-lab/protocol';
import type { ExampleSet, ImageShape } from './example-set.ts';

/** A data set that is open: its examples are in memory and were checked. */
export interface Dataset {
  readonly name: string;
  readonly train: ExampleSet;
  readonly test: ExampleSet;
  readonly bounds: Bounds;
  readonly inputShape: ImageShape;
  readonly classes: number;
}
