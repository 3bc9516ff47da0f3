import { LabError } from '@entropic-lab/protocol';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import * as tables from '../tables.ts';
import type { Driver, Ear } from './driver.ts';
import { listen } from './listening-connection.ts';
import { migrationsFolder } from './migrations-folder.ts';
import { plannerSettings } from './planner-settings.ts';

export interface PostgresOptions {
  /** Told of connections that broke; the pool replaces them. */
  readonly onError: (error: Error) => void;
  readonly maxConnections?: number;
}

/** A number that no other program on the database is likely to lock: `entropic` in a telephone's letters. */
const migrationLock = 36_876_742;

/** @throws LabError SERVER_UNREACHABLE when no PostgreSQL answers at the URL. */
export async function openPostgres(url: string, ear: Ear, options: PostgresOptions): Promise<Driver> {
  const pool = new pg.Pool({ connectionString: url, max: options.maxConnections ?? 10, keepAlive: true, verify: (connection, done) => void equip(connection, options).then(() => done(), done) });
  pool.on('error', options.onError);
  try {
    await migrateAlone(pool);
    const ears = await listen(url, ear, options.onError);
    const close = async () => {
      await ears[Symbol.asyncDispose]();
      await pool.end();
    };
    const send: Driver['send'] = async ({ name, text }, values) => (await pool.query<Record<string, unknown>>({ name, text, values: [...values] })).rows;
    return { kind: 'postgres', database: drizzle(pool, { schema: tables }), send, [Symbol.asyncDispose]: close };
  } catch (cause) {
    await pool.end();
    throw unreachable(url, cause);
  }
}

/** Before a new connection is lent to anybody. The pool waits for it; what is asked of one connection is asked one after another. */
async function equip(connection: pg.ClientBase, { onError }: PostgresOptions): Promise<void> {
  // The pool listens to idle connections alone: one that breaks while it is lent would end the process.
  connection.on('error', onError);
  await connection.query(plannerSettings);
}

/** Several servers may start at once on one database: one migrates, the others wait and find it done. */
async function migrateAlone(pool: pg.Pool): Promise<void> {
  const connection = await pool.connect();
  try {
    await connection.query('select pg_advisory_lock($1)', [migrationLock]);
    await migrate(drizzle(connection, { schema: tables }), { migrationsFolder });
    await connection.query('select pg_advisory_unlock($1)', [migrationLock]);
  } finally {
    connection.release();
  }
}

/** The URL without its password: messages end in logs. */
function unreachable(url: string, cause: unknown): LabError {
  const shown = URL.canParse(url) ? withoutPassword(new URL(url)) : 'something that is not a URL';
  const reason = cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
  return new LabError(
    'SERVER_UNREACHABLE',
    `[store] expected a PostgreSQL that can be used, got ${shown}: ${reason}. Start it, or correct DATABASE_URL; without one the lab keeps its own database.`,
    { path: 'databaseUrl', cause },
  );
}

function withoutPassword(url: URL): string {
  if (url.password !== '') url.password = '***';
  return url.href;
}
