import { join } from 'node:path';
import { openDisk } from './artifacts/disk.ts';
import { openS3, type S3Place } from './artifacts/s3.ts';
import { Busy } from './busy.ts';
import type { Driver, Ear } from './database/driver.ts';
import { openPglite } from './database/pglite.ts';
import { openPostgres } from './database/postgres.ts';
import { lockFolder } from './folder/lock.ts';
import { openFolder, unusable } from './folder/open-folder.ts';
import { backfill } from './results/backfill.ts';
import { operations, type Store } from './store.ts';
import { Wakes } from './wakes.ts';

export interface StoreOptions {
  /** Holds the artifacts, and the database where `databaseUrl` is absent. Created if missing. */
  readonly folder: string;
  /** `postgres://...`: keep the rows there; several servers may share it (and then the folder). */
  readonly databaseUrl?: string | undefined;
  /** Silence after which a run is taken from its worker. Default 30. */
  readonly leaseSeconds?: number | undefined;
  /** Claims after which a run that loses its worker or whose computation dies has failed. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** Wait before a run whose computation died is tried again, doubled at each attempt up to 5 minutes. Default 5. */
  readonly retrySeconds?: number | undefined;
  /** Keep artifacts in S3-compatible storage. Default: in the folder. */
  readonly artifactStore?: S3Place | undefined;
  /** Size limit of one artifact. Default 4 GiB. */
  readonly maxArtifactBytes?: number | undefined;
  /** Told of broken database connections, which are replaced. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/**
 * Opens the lab's memory and brings its schema up to date.
 * @throws LabError DATA_FOLDER_IN_USE, DATA_FOLDER_UNUSABLE, or SERVER_UNREACHABLE for a PostgreSQL that does not answer.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, leaseSeconds = 30, maxAttempts = 3, retrySeconds = 5, maxArtifactBytes = 2 ** 32, onError = () => undefined } = options;
  const folder = await openFolder(options.folder);
  const wakes = new Wakes();
  const driver = databaseUrl === undefined ? await openEmbedded(folder, wakes) : await openPostgres(databaseUrl, wakes, { onError });
  try {
    // Only who has the folder alone knows that nobody else's upload is under way.
    const sweep = driver.kind === 'pglite';
    const files = options.artifactStore === undefined ? await openDisk(join(folder, 'artifacts'), maxArtifactBytes, { sweep }) : await openS3(options.artifactStore, { staging: join(folder, 'arriving'), maxBytes: maxArtifactBytes, sweep });
    const busy = new Busy();
    const session = { database: driver.database, send: driver.send, wakes, busy, signs: new Map<string, number>(), leaseSeconds, maxAttempts, retrySeconds };
    await backfill(session);
    let closed: Promise<void> | undefined;
    const close = async () => {
      wakes.close();
      await busy.close();
      await driver[Symbol.asyncDispose]();
    };
    return { folder, driver: driver.kind, ...operations(session, files), [Symbol.asyncDispose]: () => (closed ??= close()) };
  } catch (cause) {
    await driver[Symbol.asyncDispose]();
    throw unusable(folder, cause);
  }
}

/** PGlite with the folder to itself: two processes on one database folder would destroy it. */
async function openEmbedded(folder: string, ear: Ear): Promise<Driver> {
  const lock = await lockFolder(folder);
  try {
    const driver = await openPglite(join(folder, 'database'), ear);
    const close = async () => {
      await driver[Symbol.asyncDispose]();
      await lock[Symbol.asyncDispose]();
    };
    return { ...driver, [Symbol.asyncDispose]: close };
  } catch (cause) {
    await lock[Symbol.asyncDispose]();
    throw unusable(folder, cause);
  }
}
