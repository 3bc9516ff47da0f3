import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { z } from 'zod';

/** Height, width and channels of an image, and how many classes there are. */
export interface Task {
  readonly inputShape: readonly [number, number, number];
  readonly classes: number;
}

/** One row of the table of architectures. */
export interface Architecture<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  /** What it was designed for, and is built for unless told otherwise. */
  readonly task: Task;
  /** Weights with default options, for its own task. */
  readonly parameters: number;
  readonly options: z.ZodObject<Shape, z.core.$strict>;
  build(options: z.output<z.ZodObject<Shape, z.core.$strict>>, task: Task): LayersModel;
}
