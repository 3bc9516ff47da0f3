import { z } from 'zod';

/** Norm in which a perturbation is measured. */
export const Norm = z.enum(['linf', 'l2', 'l1']);
export type Norm = z.infer<typeof Norm>;

/** Smallest and largest value of a pixel, both allowed. */
export const Bounds = z.strictObject({ min: z.number(), max: z.number() }).refine((b) => b.min < b.max, 'expected min < max');
export type Bounds = z.infer<typeof Bounds>;

/** What a perturbation may be: `norm(delta) <= epsilon`, each pixel within `bounds`. */
export interface ThreatModel {
  readonly norm: Norm;
  /** In the units of the pixels, at least 0. */
  readonly epsilon: number;
  readonly bounds: Bounds;
}
