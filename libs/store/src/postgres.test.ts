import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenerName } from './database/listening-connection.ts';
import { openStore, type Store } from './index.ts';
import { codeOf } from './testing/code-of.ts';
import { exampleEpoch } from './testing/examples.ts';
import { postgresPrograms, privatePostgres, temporaryFolder, type PrivatePostgres, type TemporaryFolder } from './testing/index.ts';
import { finished, heldRun, history, log, time } from './testing/suites/held-run.ts';
import { storeSuite, suiteOptions } from './testing/suites/index.ts';
import { changeSuite } from './testing/suites/changes.ts';
import { scheduleSuite } from './testing/suites/schedules.ts';
import { tailSuite } from './testing/suites/tail.ts';

const installed = postgresPrograms() !== undefined;
if (!installed) console.warn('SKIPPED: the store on PostgreSQL, because PostgreSQL is not installed (Debian: apt install postgresql)');

describe.skipIf(!installed)('two stores on one PostgreSQL', () => {
  let postgres: PrivatePostgres;
  let folder: TemporaryFolder;
  let here: Store;
  let there: Store;
  const warnings: string[] = [];
  const warned = ({ message }: Error): void => void warnings.push(message);
  beforeAll(async () => {
    process.on('warning', warned);
    postgres = await privatePostgres();
    folder = await temporaryFolder();
    const options = { folder: folder.path, databaseUrl: postgres.url, ...suiteOptions };
    // At once: one of them migrates, the other waits for it.
    [here, there] = await Promise.all([openStore(options), openStore(options)]);
  }, 120_000);
  afterAll(async () => {
    process.off('warning', warned);
    for (const held of [here, there, postgres, folder]) await held?.[Symbol.asyncDispose]();
  }, 60_000);

  storeSuite(() => here);
  describe('readers of the other', () => {
    tailSuite(() => here, () => there);
    changeSuite(() => here, () => there);
    scheduleSuite(() => here, () => there);
  });

  it('goes on when the database drops the listening connections', async () => {
    const { run, lease } = await heldRun(here);
    const events = there.tail(run.id);
    expect((await events.next()).value).toMatchObject({ seq: 1 });
    const next = events.next();
    await using admin = await ask(postgres);
    const dropped = await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [listenerName]);
    expect(dropped.rowCount).toBe(2);
    await here.appendEvents({ ...lease, events: [log(2)] });
    expect((await next).value).toMatchObject({ seq: 2 });
    await here.finishRun({ ...lease, ...finished(3) });
    expect((await events.next()).value).toMatchObject({ seq: 3 });
  });

  it('answers NOT_READY while the database is away, loses nothing of what it confirmed, and goes on when it is back', async () => {
    const { run, lease } = await heldRun(here);
    await here.appendEvents({ ...lease, events: [log(2)] });
    const events = there.tail(run.id, { after: 1 });
    expect((await events.next()).value).toMatchObject({ seq: 2 });
    await postgres.crash();
    expect(await codeOf(here.ping())).toBe('NOT_READY');
    expect(await codeOf(here.appendEvents({ ...lease, events: [log(3)] }))).toBe('NOT_READY');
    expect(await codeOf(there.claim(run.workerId!))).toBe('NOT_READY');
    await postgres.start();
    expect(await here.appendEvents({ ...lease, events: [log(2), log(3)] })).toEqual({ lease: 'held', lastSeq: 3 });
    await here.finishRun({ ...lease, ...finished(4) });
    expect((await history(there, run.id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    await events.return();
  });

  it('lets go of very many records while reports name some of them', async () => {
    const { lease } = await heldRun(here);
    const content = Array.from({ length: 30 }, () => randomBytes(50));
    const shas = content.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
    await using admin = await ask(postgres);
    await admin.query(`insert into artifacts (sha256, bytes) select encode(sha256(n::text::bytea), 'hex'), 1 from generate_series(1, 20000) as n`);
    for (const [at, bytes] of content.entries()) await here.putArtifact({ sha256: shas[at]! }, Readable.from([bytes]));
    await admin.query(`update artifacts set created_at = now() - interval '1 hour'`);
    const sweeping = there.sweepArtifacts({ keepCheckpoints: 0, graceSeconds: 60 });
    const reporting = (async () => {
      const told: string[] = [];
      for (const sha256 of shas) {
        const code = await codeOf(here.appendEvents({ ...lease, events: [{ seq: 2 + told.length, time, body: { type: 'artifact', artifact: { kind: 'images', name: 'one', sha256, bytes: 50 } } }] }));
        expect(['no error', 'UNKNOWN_ARTIFACT']).toContain(code);
        if (code === 'no error') told.push(sha256);
      }
      return told;
    })();
    const [told] = await Promise.all([reporting, sweeping]);
    expect((await here.artifactsOfRuns([lease.runId])).get(lease.runId)!.map(({ sha256 }) => sha256)).toEqual(told);
    expect((await admin.query(`select from artifacts where created_at < now() - interval '30 minutes' and sha256 not in (select sha256 from run_artifacts)`)).rowCount).toBe(0);
  });

  it('lets go of checkpoints without waiting for who is just deleting their run', async () => {
    const { lease } = await heldRun(here);
    const content = [randomBytes(50), randomBytes(50)];
    const shas = content.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
    for (const [at, bytes] of content.entries()) await here.putArtifact({ sha256: shas[at]! }, Readable.from([bytes]));
    const events = shas.map((sha256, at) => ({ seq: 2 + at, time, body: { ...exampleEpoch(at + 1), checkpoint: { kind: 'checkpoint' as const, name: 'one', sha256, bytes: 50 } } }));
    await here.appendEvents({ ...lease, events });
    const left = async () => (await here.artifactsOfRuns([lease.runId])).get(lease.runId)!.map(({ sha256 }) => sha256);
    const sweep = () => there.sweepArtifacts({ keepCheckpoints: 1, graceSeconds: 60 });
    await using admin = await ask(postgres);
    await admin.query('begin');
    await admin.query('delete from run_artifacts where run_id = $1', [lease.runId]);
    await sweep();
    await admin.query('rollback');
    expect(await left()).toEqual(shas);
    await sweep();
    expect(await left()).toEqual([shas[1]]);
  });

  // The driver warns of a question to a connection on which another still waits.
  it('uses the driver in no way that it warns of: here, on new connections, and in all of the above', async () => {
    await using fresh = await openStore({ folder: folder.path, databaseUrl: postgres.url, ...suiteOptions });
    await Promise.all(Array.from({ length: 8 }, () => fresh.findRun('nobody')));
    expect(warnings).toEqual([]);
  });

  it('says which database does not answer, without its password', async () => {
    const databaseUrl = 'postgres://lab:secret@127.0.0.1:1/none';
    const opening = openStore({ folder: folder.path, databaseUrl });
    await expect(opening).rejects.toThrow(/127\.0\.0\.1:1/);
    await expect(opening).rejects.not.toThrow(/secret/);
    expect(await codeOf(opening)).toBe('SERVER_UNREACHABLE databaseUrl');
  });
});

/** A connection of the test's own. */
async function ask({ url }: PrivatePostgres): Promise<Pick<pg.Client, 'query'> & AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
