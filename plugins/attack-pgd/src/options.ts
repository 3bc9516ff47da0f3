import { objectiveNames } from '@entropic-lab/plugin-sdk';
import { z } from 'zod';

/** Defaults are foolbox 3's for linf; `normDefaults` has those for the other norms. */
export const options = z.strictObject({
  steps: z.int().min(1).default(40).meta({ title: 'Steps', description: 'Steps of each restart.' }),
  stepSize: z.number().positive().default(0.01 / 0.3).meta({ title: 'Step size', description: 'Length of a step, in the unit below.' }),
  stepSizeUnit: z.enum(['epsilon', 'pixels']).default('epsilon').meta({ title: 'Unit of the step size', description: 'A share of epsilon, or pixel values.' }),
  randomStart: z.boolean().default(true).meta({ title: 'Random start', description: 'Start uniformly in the ball, not at the input.' }),
  restarts: z.int().min(1).default(1).meta({ title: 'Restarts', description: 'Tries from other random starts; each example keeps its first success.' }),
  objective: z
    .enum(objectiveNames)
    .default('crossEntropy')
    .meta({ title: 'Objective', description: 'What the steps increase. Cross-entropy has no gradient on a network that is too confident for float32.' }),
  judge: z
    .enum(['final', 'any'])
    .default('final')
    .meta({ title: 'Iterate judged', description: 'The last one, as foolbox does, or the first that succeeded, at one more forward call a step.' }),
  gradientFloor: z
    .number()
    .min(0)
    .default(0)
    .meta({ title: 'Gradient floor', description: 'l2, l1: gradients shorter than this are scaled to less than a whole step. foolbox: 1e-12. 0: none.' }),
});

export type PgdOptions = z.output<typeof options>;
