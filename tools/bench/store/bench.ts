import { PGlite } from '@electric-sql/pglite';
import { openStore, type Store } from '@entropic-lab/store';
import { fillStatements, postgresPrograms, privatePostgres, temporaryFolder, type FillOptions } from '@entropic-lab/store/testing';
import { join } from 'node:path';
import pg from 'pg';
import { measureStore, type StoreTiming } from './measure.ts';

export interface StoreBenchOptions {
  readonly json: boolean;
  /** Runs in the largest store on PostgreSQL; a tenth of it is measured too. */
  readonly runs: number;
  readonly epochs: number;
  readonly rounds: number;
}

/** `bench store`: lists, boards and charts over many runs, on PostgreSQL and on the embedded database. */
export async function benchStore({ json, runs, epochs, rounds }: StoreBenchOptions): Promise<void> {
  const few = Math.round(runs / 10);
  const timings = new Map<string, Map<string, StoreTiming>>();
  const report = (database: string, fill: FillOptions, timing: StoreTiming) => {
    const known = timings.get(timing.what) ?? new Map<string, StoreTiming>();
    timings.set(timing.what, known.set(`${database} ${fill.runs}`, timing));
    if (json) console.log(JSON.stringify({ task: 'store', database, ...fill, ...timing }));
    else console.log(`${`${database} ${fill.runs}`.padEnd(18)} ${timing.ms.median.toFixed(1).padStart(8)} ms (${timing.ms.low.toFixed(1)}-${timing.ms.high.toFixed(1)})  ${timing.what}`);
  };
  if (postgresPrograms() === undefined) console.error('[bench] PostgreSQL is not there (Debian: postgresql): only the embedded database is measured.');
  else for (const count of [few, runs]) await onPostgres({ runs: count, epochs }, rounds, report);
  await onPglite({ runs: Math.min(few, 10_000), epochs: 10 }, rounds, report);
  const growth = [...timings].flatMap(([what, of]) => {
    const [small, large] = [of.get(`postgres ${few}`), of.get(`postgres ${runs}`)];
    return small === undefined || large === undefined ? [] : [{ what, growth: Number((large.ms.median / small.ms.median).toPrecision(3)) }];
  });
  for (const line of growth) console.log(json ? JSON.stringify({ task: 'store', from: few, to: runs, ...line }) : `${`x ${line.growth}`.padEnd(18)} from ${few} to ${runs} runs: ${line.what}`);
}

type Report = (database: string, fill: FillOptions, timing: StoreTiming) => void;

async function onPostgres(fill: FillOptions, rounds: number, report: Report): Promise<void> {
  await using postgres = await privatePostgres();
  await using folder = await temporaryFolder();
  await using store = await openStore({ folder: folder.path, databaseUrl: postgres.url });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  for (const statement of fillStatements(fill)) await client.query(statement);
  await client.end();
  await measured('postgres', store, { fill, rounds, report });
}

async function onPglite(fill: FillOptions, rounds: number, report: Report): Promise<void> {
  await using folder = await temporaryFolder();
  await (await openStore({ folder: folder.path }))[Symbol.asyncDispose]();
  const pglite = await PGlite.create({ dataDir: join(folder.path, 'database') });
  for (const statement of fillStatements(fill)) await pglite.exec(statement);
  await pglite.close();
  await using store = await openStore({ folder: folder.path });
  await measured('pglite', store, { fill, rounds, report });
}

async function measured(database: string, store: Store, { fill, rounds, report }: { fill: FillOptions; rounds: number; report: Report }): Promise<void> {
  for await (const timing of measureStore(store, { runs: fill.runs, rounds })) report(database, fill, timing);
}
