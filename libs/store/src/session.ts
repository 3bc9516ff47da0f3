import type { Busy } from './busy.ts';
import type { Database, Send } from './database/driver.ts';
import type { Wakes } from './wakes.ts';
import type { SignsOfLife } from './workers/seen.ts';

/** What every operation works with. */
export interface Session {
  readonly database: Database;
  readonly send: Send;
  readonly wakes: Wakes;
  readonly busy: Busy;
  readonly signs: SignsOfLife;
  /** Silence after which a run is taken from its worker. */
  readonly leaseSeconds: number;
  /** Claims after which a run that loses its worker is given up. */
  readonly maxAttempts: number;
  /** Wait before the second attempt of a run whose computation died; each further one waits twice as long. */
  readonly retrySeconds: number;
}
