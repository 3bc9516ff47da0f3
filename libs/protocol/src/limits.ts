import { z } from 'zod';

/** What each attack may use; an example it has not decided by then is `outOfBudget`. Absent: no limit. */
export const LimitsSpec = z.strictObject({
  /** Wall time of one attack on all examples. */
  seconds: z.number().positive().optional(),
  /** Calls of the network per example. */
  forwardCalls: z.int().min(1).optional(),
  /** Gradients of the network per example. */
  backwardCalls: z.int().min(1).optional(),
});
export type LimitsSpec = z.infer<typeof LimitsSpec>;
