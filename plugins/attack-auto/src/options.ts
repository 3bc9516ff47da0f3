import { z } from 'zod';

/** In the order of the standard version of AutoAttack; `apgd-dlr` was in its first one, where `apgd-t` is now. */
export const memberNames = ['apgd-ce', 'apgd-dlr', 'apgd-t', 'fab-t', 'square'] as const;
export type MemberName = (typeof memberNames)[number];

/** Defaults are those of AutoAttack's standard version. */
export const options = z.strictObject({
  members: z
    .array(z.enum(memberNames))
    .min(1)
    .default(['apgd-ce', 'apgd-t', 'fab-t', 'square'])
    .meta({ title: 'Members', description: 'Attacks, in the order in which they run; each tries what those before it left standing.' }),
  steps: z.int().min(1).default(100).meta({ title: 'Steps', description: 'Steps of APGD, and of FAB towards each class.' }),
  restarts: z.int().min(1).default(1).meta({ title: 'Restarts', description: 'Random starts of APGD on the cross-entropy and on DLR.' }),
  targets: z.int().min(1).default(9).meta({ title: 'Targets', description: 'Classes that targeted APGD and FAB try, the most likely first.' }),
  queries: z.int().min(1).default(5000).meta({ title: 'Queries', description: 'Queries of Square.' }),
});

export type AutoOptions = z.output<typeof options>;
