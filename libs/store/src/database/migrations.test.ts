import { PGlite } from '@electric-sql/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../index.ts';
import { attackVersion, versionWord } from '../results/versions.ts';
import { exampleEpoch, exampleSpec, exampleWorker, postgresPrograms, privatePostgres, temporaryFolder, type PrivatePostgres, type TemporaryFolder } from '../testing/index.ts';
import { migrationsFolder } from './migrations-folder.ts';

interface Journal {
  readonly entries: readonly { readonly tag: string }[];
}

const journal = JSON.parse(await readFile(join(migrationsFolder, 'meta/_journal.json'), 'utf8')) as Journal;
const tags = journal.entries.map(({ tag }) => tag);

let scratch: TemporaryFolder;
beforeAll(async () => {
  scratch = await temporaryFolder();
  // Made once and copied: to set a cluster up takes longest.
  await (await PGlite.create({ dataDir: join(scratch.path, 'empty') })).close();
}, 120_000);
afterAll(() => scratch[Symbol.asyncDispose]());

/** The migrations as they were when the one with the tag was the newest. */
async function migrationsUpTo(tag: string): Promise<string> {
  const folder = join(scratch.path, `migrations-${tag}`);
  const entries = journal.entries.slice(0, tags.indexOf(tag) + 1);
  await mkdir(join(folder, 'meta'), { recursive: true });
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }));
  for (const entry of entries) await cp(join(migrationsFolder, `${entry.tag}.sql`), join(folder, `${entry.tag}.sql`));
  return folder;
}

const old = { id: 'bcdfghjkmnpq', sha256: 'a'.repeat(64) };

/** What the first version wrote; later ones gave every new column a default, so the same rows fit each. */
async function writeOldRows(pglite: { query(text: string, values: unknown[]): Promise<unknown> }, tag: string): Promise<void> {
  const spec = exampleSpec();
  const worker = exampleWorker();
  await pglite.query(`insert into artifacts (sha256, bytes) values ($1, 7)`, [old.sha256]);
  await pglite.query(
    `insert into runs (id, name, spec, dataset, architecture, trainer, loss, needs, status, attempt, last_seq, started_at, finished_at, worker_id)
     values ($1, 'of an older version', $2, 'mnist', 'lenet5', 'standard', 'cross-entropy', '{dataset:mnist}', 'succeeded', 1, 4, now(), now(), $3)`,
    [old.id, JSON.stringify(spec), worker.id],
  );
  const bodies = [{ type: 'queued' }, exampleEpoch(1), { type: 'artifact', artifact: { kind: 'weights', name: 'final weights', sha256: old.sha256, bytes: 7 } }, { type: 'finished', status: 'succeeded' }];
  for (const [at, body] of bodies.entries()) {
    await pglite.query(`insert into run_events (run_id, seq, attempt, time, type, body, bytes) values ($1, $2, 1, now(), $3, $4, 100)`, [old.id, at + 1, body.type, JSON.stringify(body)]);
  }
  await pglite.query(`insert into run_artifacts (run_id, seq, kind, name, sha256) values ($1, 3, 'weights', 'final weights', $2)`, [old.id, old.sha256]);
  const { catalogue, id } = worker;
  await pglite.query(`insert into catalogues (hash, catalogue) values ('old', $1)`, [JSON.stringify(catalogue)]);
  await pglite.query(`insert into workers (id, name, engine, device, slots, catalogue_hash, offers) values ($1, 'old', 'none', 'none', 1, 'old', '{}')`, [id]);
  // Runs that were recorded since then have it written beside them: no later start looks for it.
  if (tags.indexOf(tag) >= tags.indexOf('0009_versions')) await pglite.query(`insert into run_words (number, name, word) select number, 'version/loss', $2 from runs where id = $1`, [old.id, versionWord('1.0.0')]);
}

/** A data folder as the version left it whose newest migration has the tag. */
async function oldFolder(tag: string, name: string): Promise<string> {
  const folder = join(scratch.path, name);
  await cp(join(scratch.path, 'empty'), join(folder, 'database'), { recursive: true });
  const pglite = await PGlite.create({ dataDir: join(folder, 'database') });
  await migrate(drizzle(pglite), { migrationsFolder: await migrationsUpTo(tag) });
  await writeOldRows(pglite, tag);
  await pglite.close();
  return folder;
}

async function expectReadable(folder: string, databaseUrl?: string): Promise<void> {
  await using store = await openStore({ folder, databaseUrl });
  expect(await store.findRun(old.id)).toMatchObject({ name: 'of an older version', status: 'succeeded', pool: 'default', priority: 0, lastSeq: 4, spec: exampleSpec() });
  expect(await store.listRuns({ limit: 10 })).toHaveLength(1);
  // Lists and charts know it as they know new ones.
  const filter = { lossVersion: '1.0.0', options: [{ path: 'seed', equals: exampleSpec().seed }], metrics: [{ name: 'cleanAccuracy', above: 0 }] };
  expect((await store.listRuns({ filter, order: { by: { value: 'createdAt' }, descending: true }, limit: 10 })).map(({ run, key }) => [run.id, typeof key])).toEqual([[old.id, 'number']]);
  expect((await store.readSeries({ runIds: [old.id], names: ['cleanAccuracy'], maxPoints: 10 }))[0]?.rawPoints).toBe(1);
  const events = [];
  for await (const event of store.tail(old.id)) events.push(event.body.type);
  expect(events).toEqual(['queued', 'epoch', 'artifact', 'finished']);
  expect((await store.artifactsOfRuns([old.id])).get(old.id)).toMatchObject([{ sha256: old.sha256, bytes: 7 }]);
  expect(await store.listWorkers()).toMatchObject([{ name: 'old', pools: ['default'] }]);
  // And it can be gone on with.
  const run = await store.createRun(exampleSpec());
  expect(run.number).toBe(2);
}

describe('a data folder of an older version', () => {
  it.each(tags)('opens and is readable, where %s was its newest migration', async (tag) => {
    await expectReadable(await oldFolder(tag, `old-${tag}`));
  }, 180_000);

  it('sorts its attacks by version as new ones', async () => {
    const folder = await oldFolder('0008_deleted_runs', 'old-versions');
    const versions = ['1.9.0', '1.10.0', '2.0.0-beta.10', '0.1', 'v3', '1234567890.0.0', '1.0.0-a-b+7'];
    const pglite = await PGlite.create({ dataDir: join(folder, 'database') });
    for (const [position, version] of versions.entries()) {
      await pglite.query(
        `insert into evaluations (run_id, number, seq, position, latest, plugin, version, hash, norm, epsilon, options, examples, outcomes, robust_accuracy, forward_calls, backward_calls, seconds)
         values ($1, 1, 2, $2, true, $3, $4, 'a', 'linf', 0.3, '{}', 1, '{}', 0.5, 1, 1, 1)`,
        [old.id, position, `attack ${position}`, version],
      );
    }
    await pglite.close();
    await using store = await openStore({ folder });
    const keys = await Promise.all(versions.map(async (_, at) => (await store.listRuns({ order: { by: { word: attackVersion(`attack ${at}`) }, descending: true }, limit: 1 }))[0]!.key));
    expect(keys).toEqual(versions.map(versionWord));
  }, 180_000);

  it.each([0.3, 0.7])('opens though the process that migrated it was killed in between (after %d of the time it takes)', async (part) => {
    // A machine that was busy when the time was taken may be done before it is up: then half of it is waited.
    for (let wait = (await timeToMigrate()) * part; ; wait /= 2) {
      const folder = await oldFolder(tags[0]!, `killed-${part}-${wait}`);
      const { opening, ended } = open(folder);
      await opening;
      await sleep(wait);
      const { signal } = await ended('SIGKILL');
      await expectReadable(folder);
      if (signal === 'SIGKILL') return;
    }
  }, 180_000);
});

/** A process that opens a folder; it says when it is about to. */
function open(folder: string): { readonly opening: Promise<unknown>; readonly ended: (kill?: NodeJS.Signals) => Promise<{ readonly signal: NodeJS.Signals | null }> } {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, '../../fixtures/open-folder.ts'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  // Listened for from the start: it may end before anybody waits for that.
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    opening: once(child.stdout, 'data'),
    ended: async (kill) => {
      if (kill !== undefined) child.kill(kill);
      return { signal: (await exit)[1] };
    },
  };
}

let known: number | undefined;

/** From "about to open" to "open", in a process like the one that is killed. */
async function timeToMigrate(): Promise<number> {
  if (known !== undefined) return known;
  const folder = await oldFolder(tags[0]!, 'timed');
  const { opening, ended } = open(folder);
  await opening;
  const started = performance.now();
  await ended();
  return (known = performance.now() - started);
}

const installed = postgresPrograms() !== undefined;
if (!installed) console.warn('SKIPPED: migrations on PostgreSQL, because PostgreSQL is not installed (Debian: apt install postgresql)');

describe.skipIf(!installed)('a PostgreSQL database of an older version', () => {
  let postgres: PrivatePostgres;
  beforeAll(async () => {
    postgres = await privatePostgres();
  }, 120_000);
  afterAll(() => postgres?.[Symbol.asyncDispose](), 60_000);

  /** The URL of a database of its own, as the version left it whose newest migration has the tag. */
  async function oldDatabase(tag: string, name: string): Promise<string> {
    const asked = new pg.Client({ connectionString: postgres.url });
    await asked.connect();
    await asked.query(`create database "${name}"`);
    await asked.end();
    const url = postgres.url.replace('/postgres?', `/${name}?`);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await migratePostgres(drizzlePostgres(client), { migrationsFolder: await migrationsUpTo(tag) });
    await writeOldRows(client, tag);
    await client.end();
    return url;
  }

  it.each(tags)('opens and is readable, where %s was its newest migration', async (tag) => {
    await expectReadable(join(scratch.path, `beside-${tag}`), await oldDatabase(tag, `old-${tag}`));
  }, 180_000);

  it('opens though the server that migrated it was killed before its transaction ended', async () => {
    const url = await oldDatabase(tags[0]!, 'killed');
    const folder = join(scratch.path, 'beside-killed');
    // Holds what the first statement of the next migration changes, so that the other waits in the middle of it.
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('lock table runs in access share mode');
    const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, '../../fixtures/open-folder.ts'), folder, url], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout!, 'data');
    // A connection of its own: within a transaction PostgreSQL shows who is active as it was at the first look.
    const watcher = new pg.Client({ connectionString: url });
    await watcher.connect();
    const waits = async () => (await watcher.query(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ilike '%alter table%'`)).rows.length;
    while ((await waits()) === 0) await sleep(50);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await holder.query('rollback');
    await holder.end();
    await watcher.end();
    await expectReadable(folder, url);
  }, 180_000);
});
