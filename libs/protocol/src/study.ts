import { z } from 'zod';
import { parse } from './parse.ts';

/** A place in a run spec: `training.optimizer.learningRate`, `evaluation.attacks.0.epsilon`. */
export const SpecPath = z
  .string()
  .max(200)
  .regex(/^[A-Za-z][\w-]*(\.[\w-]+)*$/, 'expected the path of a field in a run spec, such as training.loss.options.lambda')
  .refine((path) => !path.split('.').some((part) => part === '__proto__' || part === 'constructor' || part === 'prototype'), 'expected the path of a field in a run spec');

/** One thing that differs between the runs of a study. */
export const Parameter = z
  .strictObject({
    path: SpecPath,
    /** These values: each in a grid, one by chance in a random search. */
    values: z.array(z.unknown()).min(1).max(1000).optional(),
    /** Random search: a number from `min` to `max`. */
    min: z.number().optional(),
    max: z.number().optional(),
    /** How numbers are drawn. `log`: evenly in the logarithm. `integer`: whole numbers, both ends included. Default linear. */
    scale: z.enum(['linear', 'log', 'integer']).optional(),
  })
  .refine((it) => (it.values === undefined) !== (it.min === undefined && it.max === undefined), 'expected either values, or min and max')
  .refine((it) => it.values !== undefined || (it.min !== undefined && it.max !== undefined && it.min < it.max), 'expected min < max')
  .refine((it) => it.scale !== 'log' || (it.min ?? 1) > 0, 'expected min > 0 for a logarithmic scale');
export type Parameter = z.infer<typeof Parameter>;

/** Most runs of one study. */
export const maxStudyRuns = 1000;

/** Runs that ask one question together: what they have in common, and what differs. */
export const StudySpec = z.strictObject({
  name: z.string().max(200).optional(),
  /** `grid`: every combination of values. `random`: `runs` draws. */
  search: z.enum(['grid', 'random']).default('grid'),
  /** The spec on which the parameters are set; complete but for them. */
  base: z.record(z.string(), z.unknown()),
  parameters: z.array(Parameter).min(1).max(20),
  /** Random search: how many runs. */
  runs: z.int().min(1).max(maxStudyRuns).optional(),
  /** Random search: determines the draws. */
  seed: z.int().min(0).max(0xffff_ffff).default(0),
  /** At most so many of its runs are computed at a time. Default: as many as workers take. */
  concurrency: z.int().min(1).max(maxStudyRuns).optional(),
});
export type StudySpec = z.infer<typeof StudySpec>;

/** @throws LabError INVALID_INPUT with the path of the field. */
export function parseStudySpec(value: unknown): StudySpec {
  return parse(StudySpec, value, 'study');
}
