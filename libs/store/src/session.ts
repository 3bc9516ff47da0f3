import type { Busy } from './busy.ts';
import type { Database } from './database/driver.ts';
import type { Wakes } from './wakes.ts';

/** What every operation works with. */
export interface Session {
  readonly database: Database;
  readonly wakes: Wakes;
  readonly busy: Busy;
  /** Silence after which a run is taken from its worker. */
  readonly leaseSeconds: number;
  /** Claims after which a run whose lease runs out is given up. */
  readonly maxAttempts: number;
}
