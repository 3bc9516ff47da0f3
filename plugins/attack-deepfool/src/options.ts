import { z } from 'zod';

/** Defaults are foolbox 3's. */
export const options = z.strictObject({
  steps: z.int().min(1).default(50).meta({ title: 'Steps', description: 'Steps at most; an example stops at its first success.' }),
  candidates: z.int().min(2).default(10).meta({ title: 'Candidates', description: 'Classes considered, the most likely first, the true one included.' }),
  overshoot: z.number().min(0).default(0.02).meta({ title: 'Overshoot', description: 'Share by which the sum of all steps is lengthened.' }),
});

export type DeepFoolOptions = z.output<typeof options>;
