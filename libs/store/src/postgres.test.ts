import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenerName } from './database/listening-connection.ts';
import { openStore, type Store } from './index.ts';
import { codeOf } from './testing/code-of.ts';
import { postgresPrograms, privatePostgres, temporaryFolder, type PrivatePostgres, type TemporaryFolder } from './testing/index.ts';
import { finished, heldRun, history, log } from './testing/suites/held-run.ts';
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
    const admin = new pg.Client({ connectionString: postgres.url });
    await admin.connect();
    const dropped = await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [listenerName]);
    await admin.end();
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
