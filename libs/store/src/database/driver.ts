import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as tables from '../tables.ts';

/** Queries, or a transaction of them; the same on both drivers. */
export type Database = PgDatabase<PgQueryResultHKT, typeof tables>;

/** A PostgreSQL, in process or over the network, with the migrations applied. */
export interface Driver extends AsyncDisposable {
  readonly kind: 'pglite' | 'postgres';
  readonly database: Database;
}

/** What a driver tells of notifications on the store's channel. */
export interface Ear {
  heard(topic: string): void;
  /** Notifications may have been missed: everybody should look at the rows again. */
  deafened(): void;
}

/** The one channel of a lab; the payload is the topic. */
export const channel = 'entropic_lab';
