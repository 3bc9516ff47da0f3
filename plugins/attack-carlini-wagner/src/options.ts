import { z } from 'zod';

/** Defaults are foolbox 3's. */
export const options = z.strictObject({
  binarySearchSteps: z.int().min(1).default(9).meta({ title: 'Binary search steps', description: 'Constants tried for each example.' }),
  steps: z.int().min(1).default(10_000).meta({ title: 'Steps', description: 'Steps of Adam for each constant, at most.' }),
  stepSize: z.number().positive().default(1e-2).meta({ title: 'Step size', description: "Adam's, in arctanh space." }),
  confidence: z.number().min(0).default(0).meta({ title: 'Confidence', description: 'By how much the wrong logit has to win.', unit: 'logits' }),
  initialConst: z.number().positive().default(1e-3).meta({ title: 'Initial constant', description: 'First weight of the logits against the distance; times 10 until it succeeds.' }),
  abortEarly: z.boolean().default(true).meta({ title: 'Abort early', description: 'An example whose loss fell by less than 0.01 % in a tenth of the steps stops there.' }),
});

export type CarliniWagnerOptions = z.output<typeof options>;
