import { and, asc, eq, gt, inArray, lt, notExists, sql, type SQL } from 'drizzle-orm';
import type { Database } from '../database/driver.ts';
import { fromNow } from '../leases/from-now.ts';
import type { Session } from '../session.ts';
import { artifacts, runArtifacts, runs } from '../tables.ts';
import type { ArtifactFiles } from './files.ts';

export interface SweepOptions {
  /** Checkpoints that stay of a run that has not succeeded, the latest; of one that has, none does. 0: all of all runs. */
  readonly keepCheckpoints: number;
  /** Bytes that nobody names stay so long after they last came: their event may be on its way. */
  readonly graceSeconds: number;
}

export interface Swept {
  /** Checkpoints that runs no longer name. */
  readonly checkpoints: number;
  /** Contents removed. */
  readonly removed: readonly string[];
}

/**
 * Lets go of checkpoints that nobody goes on from, then of bytes that no run names: those of deleted runs, of forgotten
 * checkpoints, and of uploads whose event never came. First goes the record, then, by looking at what lies there, the bytes:
 * a crash in between leaves bytes without a record, which the next sweep finds, never a record without bytes.
 */
export async function sweepArtifacts(session: Session, files: ArtifactFiles, { keepCheckpoints, graceSeconds }: SweepOptions): Promise<Swept> {
  const checkpoints = keepCheckpoints === 0 ? 0 : await forgetCheckpoints(session.database, keepCheckpoints);
  const grace = fromNow(-graceSeconds);
  await forgetUnnamed(session.database, grace);
  const removed: string[] = [];
  // By the clock of who keeps the bytes, which may not be the database's.
  for await (const some of inPages(files.list(new Date(Date.now() - graceSeconds * 1000)))) {
    for (const sha256 of await unrecorded(session.database, some)) {
      if (await removeUnrecorded(session, files, sha256)) removed.push(sha256);
    }
  }
  return { checkpoints, removed };
}

/** Names that are compared with the records in one query, and records that are let go of in one transaction. */
const pageSize = 500;

/** Waits for nobody: what another server's sweep or a deletion of runs holds goes with them, and two that waited for each other would both fail. */
async function forgetCheckpoints(database: Database, keep: number): Promise<number> {
  const age = sql<number>`row_number() over (partition by ${runArtifacts.runId} order by ${runArtifacts.seq} desc)`.as('age');
  const ranked = database.select({ runId: runArtifacts.runId, seq: runArtifacts.seq, age, status: runs.status }).from(runArtifacts).innerJoin(runs, eq(runs.id, runArtifacts.runId)).where(eq(runArtifacts.kind, 'checkpoint')).as('ranked');
  const old = database.select({ runId: ranked.runId, seq: ranked.seq }).from(ranked).where(sql`${ranked.age} > ${keep} or ${ranked.status} = 'succeeded'`);
  const link = sql`(${runArtifacts.runId}, ${runArtifacts.seq})`;
  const free = database.select({ runId: runArtifacts.runId, seq: runArtifacts.seq }).from(runArtifacts).where(inArray(link, old)).for('update', { skipLocked: true });
  const gone = await database.delete(runArtifacts).where(inArray(link, free)).returning({ seq: runArtifacts.seq });
  return gone.length;
}

/** Page by page, each a transaction: however many there are, no report waits long. */
async function forgetUnnamed(database: Database, before: SQL): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after;
    after = await database.transaction((tx) => forgetSomeUnnamed(tx, before, from));
  }
}

/**
 * First locks the records: one that an event just being recorded holds on to is passed over, and no later event gets hold of
 * the others. Then asks again, in a statement of its own, which of them are still unnamed: a statement sees what was committed
 * when it began, so an event committed between that moment and the lock is seen by the second alone.
 * @returns The last one looked at; undefined where no further follows.
 */
async function forgetSomeUnnamed(tx: Database, before: SQL, after: string): Promise<string | undefined> {
  const unnamed = notExists(tx.select({ one: sql`1` }).from(runArtifacts).where(eq(runArtifacts.sha256, artifacts.sha256)));
  const old = and(gt(artifacts.sha256, after), lt(artifacts.createdAt, before), unnamed);
  const rows = await tx.select({ sha256: artifacts.sha256 }).from(artifacts).where(old).orderBy(asc(artifacts.sha256)).limit(pageSize).for('update', { skipLocked: true });
  const locked = rows.map(({ sha256 }) => sha256);
  if (locked.length > 0) await tx.delete(artifacts).where(and(inArray(artifacts.sha256, locked), unnamed));
  return locked.length < pageSize ? undefined : locked.at(-1);
}

async function* inPages(names: AsyncGenerator<string, void, void>): AsyncGenerator<string[], void, void> {
  let page: string[] = [];
  for await (const name of names) {
    page.push(name);
    if (page.length < pageSize) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function unrecorded(database: Database, names: readonly string[]): Promise<string[]> {
  const rows = await database.select({ sha256: artifacts.sha256 }).from(artifacts).where(inArray(artifacts.sha256, [...names]));
  const known = new Set(rows.map(({ sha256 }) => sha256));
  return names.filter((name) => !known.has(name));
}

/** Asked again under the lock: an upload may just have recorded it. */
async function removeUnrecorded({ database }: Session, files: ArtifactFiles, sha256: string): Promise<boolean> {
  return database.transaction(async (tx) => {
    await lockContent(tx, sha256);
    const known = await tx.select({ sha256: artifacts.sha256 }).from(artifacts).where(eq(artifacts.sha256, sha256));
    if (known.length > 0) return false;
    await files.remove(sha256);
    return true;
  });
}

/** Until the transaction ends, nobody else records or removes that content. */
export async function lockContent(tx: Database, sha256: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${sha256}, 0))`);
}
