import type { Bounds } from '@entropic-lab/protocol';
import type { z } from 'zod';
import type { Dataset } from './dataset.ts';
import type { ImageShape } from './example-set.ts';

/** One row of the table of data sets: what it is, its options, and how it is opened. Null: only the opened files tell. */
export interface DatasetSource<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly inputShape: ImageShape | null;
  readonly classes: number | null;
  readonly bounds: Bounds | null;
  readonly trainExamples: number | null;
  readonly testExamples: number | null;
  readonly options: z.ZodObject<Shape, z.core.$strict>;
  open(options: z.output<z.ZodObject<Shape, z.core.$strict>>): Promise<Dataset>;
}
