import { z } from 'zod';

/** Defaults are AutoAttack's. */
export const options = z.strictObject({
  queries: z.int().min(1).default(5000).meta({ title: 'Queries', description: 'Images shown to the network for each example, at most.' }),
  share: z.number().positive().max(1).default(0.8).meta({ title: 'First share', description: 'Share of the pixels that the first squares change; it halves nine times on the way.' }),
  rescale: z
    .boolean()
    .default(false)
    .meta({ title: 'Rescale the schedule', description: 'Spread the nine halvings over the queries there are, as the paper does. Off: they happen where they would with 10,000 queries, as in AutoAttack.' }),
});

export type SquareOptions = z.output<typeof options>;
