import { z } from 'zod';

/** Defaults are foolbox 3's, which are the paper's. */
export const options = z.strictObject({
  steps: z.int().min(1).default(64).meta({ title: 'Steps', description: 'Leaps along the border of the decision.' }),
  evaluations: z.int().min(1).default(100).meta({ title: 'Evaluations', description: 'Queries for the direction of the first leap; the t-th takes sqrt(t) times as many.' }),
  maxEvaluations: z.int().min(1).default(10_000).meta({ title: 'Evaluations at most', description: 'Queries for the direction of one leap, at most.' }),
  gamma: z.number().positive().default(1).meta({ title: 'Gamma', description: 'How closely the border is met: a multiple of the reciprocal of (pixels ^ 1.5) in l2, (pixels ^ 2) in linf.' }),
  starts: z.int().min(1).default(1000).meta({ title: 'Starts', description: 'Images of uniform noise that are tried until the network gets one wrong.' }),
});

export type HopSkipJumpOptions = z.output<typeof options>;
