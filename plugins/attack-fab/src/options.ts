import { z } from 'zod';

/** Defaults are AutoAttack's for FAB-T. */
export const options = z.strictObject({
  steps: z.int().min(1).default(100).meta({ title: 'Steps', description: 'Steps towards each class, from each start.' }),
  targets: z.int().min(1).default(9).meta({ title: 'Targets', description: 'Classes tried one after another, the most likely first.' }),
  restarts: z.int().min(1).default(1).meta({ title: 'Restarts', description: 'Tries for each class: the first from the input, the others from random points half as far away as the best image found, or as epsilon.' }),
  alphaMax: z.number().min(0).max(1).default(0.1).meta({ title: 'Largest alpha', description: 'By how much a step may be drawn back towards the input, at most.' }),
  eta: z.number().min(1).default(1.05).meta({ title: 'Eta', description: 'How far a step goes beyond the border, as a multiple of the way to it.' }),
  beta: z.number().positive().max(1).default(0.9).meta({ title: 'Beta', description: 'Share of the perturbation that is kept after a success, to look for a closer one.' }),
  untilEpsilon: z.boolean().default(false).meta({ title: 'Until epsilon', description: 'Stop an example at the class by which it got within epsilon. Off: try all classes and keep the closest image.' }),
});

export type FabOptions = z.output<typeof options>;
