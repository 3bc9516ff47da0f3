import { z } from 'zod';

/**
 * What an audit says of a measured robustness. `reliable`: nothing speaks against it. `suspect`: a sign does. `masked`:
 * gradients are hidden, so attacks that follow them fail for the wrong reason. `broken`: a stronger attack undid it.
 */
export const Verdict = z.enum(['reliable', 'suspect', 'masked', 'broken']);
export type Verdict = z.infer<typeof Verdict>;
