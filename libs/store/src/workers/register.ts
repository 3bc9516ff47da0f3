import type { WorkerSpec } from '@entropic-lab/protocol';
import { sql } from 'drizzle-orm';
import { createHash } from 'node:crypto';
import { offersOf } from '../runs/needs.ts';
import type { Session } from '../session.ts';
import { canonicalJson, storableText } from '../storable.ts';
import { catalogues, workers } from '../tables.ts';
import { notify, topics } from '../wakes.ts';

/** Enters the worker, or brings what is known of it up to date. */
export async function registerWorker({ database }: Session, { catalogue, hardware, ...worker }: WorkerSpec): Promise<void> {
  const hash = createHash('sha256').update(canonicalJson(catalogue)).digest('hex');
  const row = {
    id: worker.id,
    name: storableText(worker.name),
    engine: storableText(worker.engine),
    device: storableText(worker.device),
    slots: worker.slots,
    pools: worker.pools,
    catalogueHash: hash,
    offers: offersOf({ catalogue, hardware }),
  };
  await database.transaction(async (tx) => {
    await tx.insert(catalogues).values({ hash, catalogue }).onConflictDoNothing();
    await tx.insert(workers).values(row).onConflictDoUpdate({ target: workers.id, set: { ...row, lastSeenAt: sql`now()`, leftAt: null } });
    await notify(tx, topics.workers);
  });
}
