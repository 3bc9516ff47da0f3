import { createClient, type Client } from '@entropic-lab/client';
import type { RunEvent } from '@entropic-lab/protocol';
import { postgresPrograms, privatePostgres, type PrivatePostgres } from '@entropic-lab/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wrongWith } from './faults/judge.ts';
import { spec } from './faults/scenario.ts';
import { startProcess, temporaryFolder, type RunningProcess, type TemporaryFolder } from './fixtures/processes.ts';
import { standardPlugins } from './fixtures/standard-plugins.ts';

const installed = postgresPrograms() !== undefined;
if (!installed) console.warn('SKIPPED: two servers on one PostgreSQL, because PostgreSQL is not installed (Debian: apt install postgresql)');

describe.skipIf(!installed)('two servers on one PostgreSQL', () => {
  let postgres: PrivatePostgres;
  let folder: TemporaryFolder;
  let first: RunningProcess;
  const started: AsyncDisposable[] = [];
  let urls: string[];

  beforeAll(async () => {
    postgres = await privatePostgres();
    folder = await temporaryFolder();
    // One after the other: the first migrates.
    const servers: RunningProcess[] = [];
    for (let at = 0; at < 2; at += 1) {
      servers.push(startProcess('apps/server/src/main.ts', ['--folder', folder.path, '--databaseUrl', postgres.url, '--port', '0', '--leaseSeconds', '60', '--logLevel', 'warn']));
      await servers[at]!.ready;
    }
    started.push(...servers);
    first = servers[0]!;
    urls = await Promise.all(servers.map(async ({ ready }) => String((await ready)['url'])));
    const agents = [urls, [...urls].reverse()].map((order) => startProcess('apps/worker/src/main.ts', ['--url', order.join(','), '--plugins', standardPlugins, '--engine', 'wasm', '--spool-folder', folder.path, '--log-level', 'warn']));
    started.push(...agents);
    await Promise.all(agents.map(({ ready }) => ready));
  });

  afterAll(async () => {
    for (const part of started.reverse()) await part[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  function client(order: readonly string[]): Client {
    const made = createClient({ url: order[0]!, others: order.slice(1) });
    started.push(made);
    return made;
  }

  async function watch(watcher: Client, runId: string, onEvent: (event: RunEvent) => void = () => undefined): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    for await (const event of watcher.follow(runId)) {
      events.push(event);
      onEvent(event);
    }
    return events;
  }

  it('serve one another, and where one is killed its workers and watchers go on at the other and miss nothing', async () => {
    const watchers = [urls, [...urls].reverse(), urls, [...urls].reverse()].map(client);
    const ids = await Promise.all(watchers.slice(0, 2).map(async (watcher) => (await watcher.startRun(spec)).id));
    let killed = false;
    const kill = ({ body }: RunEvent): void => {
      if (killed || body.type !== 'epoch' || body.metrics.epoch < 3) return;
      killed = true;
      first.child.kill('SIGKILL');
    };
    const seen = await Promise.all(ids.map((id) => Promise.all(watchers.map((watcher) => watch(watcher, id, kill)))));
    expect(killed).toBe(true);
    for (const [at, told] of seen.entries()) {
      const recorded = await watch(watchers[0]!, ids[at]!);
      for (const events of told) expect(events).toEqual(recorded);
      const judged = { runId: ids[at]!, events: recorded, replayed: recorded };
      expect(wrongWith(judged, { ...judged, events: seen[0]![0]! })).toEqual([]);
      // Its worker moved on to the other server well within its lease.
      expect(recorded.at(-1)).toMatchObject({ attempt: 1 });
    }
  });

  it('says that none answers where none does', async () => {
    const nobody = client(['http://127.0.0.1:9', 'http://127.0.0.1:10']);
    await expect(nobody.lab()).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    await expect(nobody.follow('nobody').next()).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  });
});
