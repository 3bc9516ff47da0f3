import { z } from 'zod';

/** Defaults are foolbox 3's. */
export const options = z.strictObject({
  steps: z.int().min(1).default(100).meta({ title: 'Steps', description: 'Steps of each example.' }),
  maxStepSize: z.number().positive().default(1).meta({ title: 'First step size', description: 'Length in l2 of the first step; it falls to the last one along half a cosine.' }),
  minStepSize: z.number().positive().default(0.01).meta({ title: 'Last step size', description: 'Length in l2 of the last step.' }),
  gamma: z.number().positive().max(0.5).default(0.05).meta({ title: 'Gamma', description: 'Share by which the radius of an example shrinks after a success and grows after none, at first; it falls to 0.001.' }),
});

export type FmnOptions = z.output<typeof options>;
