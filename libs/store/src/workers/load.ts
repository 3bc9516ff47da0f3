import type { DeviceLoad } from '@entropic-lab/protocol';
import { eq } from 'drizzle-orm';
import type { Session } from '../session.ts';
import { workers } from '../tables.ts';
import { notify, topics } from '../wakes.ts';
import { seenWorker } from './seen.ts';

/**
 * Notes what a worker's device does now, which is a sign of life too.
 * @throws LabError UNKNOWN_WORKER.
 */
export async function reportLoad({ database }: Session, workerId: string, load: DeviceLoad): Promise<void> {
  await database.transaction(async (tx) => {
    await seenWorker(tx, workerId);
    await tx.update(workers).set({ load }).where(eq(workers.id, workerId));
    await notify(tx, topics.workers);
  });
}
