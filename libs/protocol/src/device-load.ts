import { z } from 'zod';

const Amount = z.number().min(0).optional();

/** What a worker's device does at one moment, as far as its system tells. */
export const DeviceLoad = z.strictObject({
  /** Share of the last moments in which it computed, 0 to 1. */
  utilization: z.number().min(0).max(1).optional(),
  memoryUsedMiB: Amount,
  memoryTotalMiB: Amount,
  powerWatts: Amount,
});
export type DeviceLoad = z.infer<typeof DeviceLoad>;
