import type { Client } from '@entropic-lab/client';
import { LabError } from '@entropic-lab/protocol';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { loadReader } from '../devices/find-devices.ts';

export interface LoadReports {
  readonly client: Client;
  readonly workerId: string;
  readonly read: ReturnType<typeof loadReader>;
  readonly log: Logger;
  readonly stop: AbortSignal;
}

const everyMs = 5_000;

/**
 * Tells the lab every five seconds what the device does, until stopped. Nothing depends on a report: one that does not
 * get through is not sent again.
 */
export async function reportLoads({ client, workerId, read, log, stop }: LoadReports): Promise<void> {
  while (!stop.aborted) {
    await sleep(everyMs, undefined, { signal: stop, ref: false }).catch(() => {});
    const load = stop.aborted ? undefined : await read();
    if (load === undefined) continue;
    await client.worker.reportLoad(workerId, load).catch((error: unknown) => log.debug(`load not told: ${LabError.from(error).message}`));
  }
}
