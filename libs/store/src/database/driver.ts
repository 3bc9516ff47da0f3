import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as tables from '../tables.ts';

/** Queries, or a transaction of them; the same on both drivers. */
export type Database = PgDatabase<PgQueryResultHKT, typeof tables>;

/** A statement that is sent so often that a connection prepares it once, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Sends a statement as a transaction of its own. @returns Its rows. */
export type Send = (statement: Statement, values: readonly unknown[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** A PostgreSQL, in process or over the network, with the migrations applied. */
export interface Driver extends AsyncDisposable {
  readonly kind: 'pglite' | 'postgres';
  readonly database: Database;
  readonly send: Send;
}

/** What a driver tells of notifications on the store's channel. */
export interface Ear {
  heard(topic: string): void;
  /** Notifications may have been missed: everybody should look at the rows again. */
  deafened(): void;
}

/** The one channel of a lab; the payload is the topic. */
export const channel = 'entropic_lab';
