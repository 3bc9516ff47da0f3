import type { Store, StoreOptions } from '../../index.ts';
import { artifactSuite } from './artifacts.ts';
import { changeSuite } from './changes.ts';
import { eventSuite } from './events.ts';
import { leaseSuite } from './leases.ts';
import { listSuite } from './lists.ts';
import { orderSuite } from './order.ts';
import { querySuite } from './query.ts';
import { queueSuite } from './queue.ts';
import { retrySuite } from './retries.ts';
import { resultSuite } from './results.ts';
import { scheduleSuite } from './schedules.ts';
import { studySuite } from './studies.ts';
import { sweepSuite } from './sweep.ts';
import { tailSuite } from './tail.ts';

/** With what the suites expect a store to be opened. */
export const suiteOptions = { leaseSeconds: 0.05, maxAttempts: 3, retrySeconds: 1, maxArtifactBytes: 100_000 } satisfies Partial<StoreOptions>;

/** What a store promises, whatever database is behind it. */
export function storeSuite(get: () => Store): void {
  eventSuite(get);
  leaseSuite(get);
  retrySuite(get);
  queueSuite(get);
  tailSuite(get);
  changeSuite(get);
  listSuite(get);
  querySuite(get);
  orderSuite(get);
  resultSuite(get);
  studySuite(get);
  artifactSuite(get);
  scheduleSuite(get);
  sweepSuite(get);
}
