import { z } from 'zod';

/** Defaults are AutoAttack's for APGD-CE. */
export const options = z.strictObject({
  steps: z.int().min(1).default(100).meta({ title: 'Steps', description: 'Steps of each restart.' }),
  restarts: z.int().min(1).default(1).meta({ title: 'Restarts', description: 'Tries from other random starts; each example keeps its first success.' }),
  objective: z
    .enum(['crossEntropy', 'dlr', 'targetedDlr'])
    .default('crossEntropy')
    .meta({ title: 'Objective', description: 'What the steps increase. DLR does not change when the logits are scaled; targeted DLR tries one class after another (with fewer than four classes, by margin).' }),
  targets: z.int().min(1).default(9).meta({ title: 'Targets', description: 'Targeted DLR: classes tried, the most likely first.' }),
  rho: z.number().min(0).max(1).default(0.75).meta({ title: 'Rho', description: 'The step is halved where a smaller share of the steps since the last look rose.' }),
});

export type ApgdOptions = z.output<typeof options>;
