import { temporaryFolder, type TemporaryFolder } from '@entropic-lab/store/testing';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from './index.ts';
import { readSettings } from './settings.ts';
import { connect, goodSpec, openLab, post, startRun } from './testing/lab.ts';
import { openStore, type Store } from '@entropic-lab/store';

let scratch: TemporaryFolder;
beforeAll(async () => {
  scratch = await temporaryFolder();
});
afterAll(() => scratch[Symbol.asyncDispose]());

interface Told {
  readonly type: string;
  readonly url: string;
  readonly error: { readonly code: string; readonly path?: string; readonly message: string };
}

/** The entry process, and what it tells its parent first. */
async function startProcess(...args: string[]): Promise<{ child: ChildProcess; told: Told; output: () => string }> {
  const child = fork(join(import.meta.dirname, 'main.ts'), args, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
  let output = '';
  child.stdout!.on('data', (part: Buffer) => (output += part.toString()));
  const [told] = (await once(child, 'message')) as [Told];
  return { child, told, output: () => output };
}

async function onStore<T>(options: { folder: string }, work: (store: Store) => Promise<T>): Promise<T> {
  await using store = await openStore(options);
  return work(store);
}

describe('the entry process', () => {
  it('tells when it is ready, refuses a second on its folder or port, and ends cleanly', async () => {
    const folder = join(scratch.path, 'process');
    const first = await startProcess('--folder', folder, '--port', '0');
    expect(first.told.type).toBe('ready');
    expect((await fetch(`${first.told.url}/readyz`)).status).toBe(200);
    const second = await startProcess('--folder', folder, '--port', '0');
    expect(second.told.error).toMatchObject({ code: 'DATA_FOLDER_IN_USE', path: 'folder' });
    expect(second.told.error.message).toContain(`process ${first.child.pid}`);
    const { port } = new URL(first.told.url);
    const third = await startProcess('--folder', join(scratch.path, 'other'), '--port', port);
    expect(third.told.error).toMatchObject({ code: 'PORT_IN_USE', path: 'port' });
    expect(third.told.error.message).toContain(`port ${port}`);
    for (const { child } of [second, third]) expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(1);
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).toEqual([0, null]);
    expect(first.output().trim().split('\n').map((line) => JSON.parse(line) as Told)).toEqual([first.told]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.lock'))).toEqual([]);
  }, 120_000);

  it('ends when its parent is gone', async () => {
    const { child, told } = await startProcess('--folder', join(scratch.path, 'process'), '--port', '0');
    expect(told.type).toBe('ready');
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 120_000);
});

describe('a server that opens', () => {
  it('answers every request, from the first moment on', async () => {
    const port = await freePort();
    const opening = startServer({ folder: join(scratch.path, 'opening'), port });
    let open = false;
    const answers: Promise<number>[] = [];
    const calls = (async () => {
      while (!open) {
        answers.push(fetch(`http://127.0.0.1:${port}/healthz`).then(({ status }) => status, () => 0));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    await using _server = await opening;
    open = true;
    await calls;
    // 0: refused, before the port was bound.
    const seen = new Set(await Promise.all(answers));
    expect([...seen].filter((status) => ![0, 200, 503].includes(status))).toEqual([]);
    expect(seen).toContain(503);
  }, 60_000);
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('a server that closes', () => {
  it('ends waiting claims and open streams at once', async () => {
    const lab = await openLab();
    const { data } = await lab.ask(startRun, { input: goodSpec });
    const { id } = (data as unknown as { startRun: { id: string } }).startRun;
    const claim = 'mutation ($id: ID!, $wait: Float) { claimRun(workerId: $id, waitSeconds: $wait) { nextSeq } }';
    expect((await lab.ask(claim, { id: lab.workerId })).data).toEqual({ claimRun: { nextSeq: 2 } });
    const waiting = lab.ask(claim, { id: lab.workerId, wait: 60 });
    const client = connect(lab.server.url);
    const events = client.iterate({ query: 'subscription ($id: ID!) { runEvents(runId: $id) { seq } }', variables: { id } });
    expect((await events.next()).value).toEqual({ data: { runEvents: { seq: 1 } } });
    const rest = events.next().catch((closed: unknown) => closed);
    await lab[Symbol.asyncDispose]();
    expect((await waiting).data).toEqual({ claimRun: null });
    await rest;
    await expect(fetch(lab.server.url)).rejects.toThrow();
    await client.dispose();
  }, 60_000);
});

describe('what a server is told', () => {
  it('refuses an address that other machines reach while there is no token', async () => {
    const folder = join(scratch.path, 'reached');
    const start = () => startServer({ host: '0.0.0.0', port: 0, folder });
    await expect(start()).rejects.toMatchObject({ code: 'FORBIDDEN', path: 'host' });
    const { secret } = await onStore({ folder }, (store) => store.createToken({ name: 'first', role: 'admin' }));
    await using server = await start();
    const ask = async (headers: Record<string, string>) => (await post(`http://127.0.0.1:${server.port}`, '{"query":"{ lab { version } }"}', headers)).status;
    expect(await ask({})).toBe(401);
    expect(await ask({ authorization: `Bearer ${secret}` })).toBe(200);
  }, 60_000);

  it('comes from flags before variables, read once and checked', () => {
    expect(readSettings([], {})).toEqual({ logLevel: 'info' });
    expect(readSettings(['--port', '0', '--allowedHosts', 'a, b'], { ENTROPIC_PORT: '1', ENTROPIC_LEASE_SECONDS: '2.5', ENTROPIC_FOLDER: '' })).toEqual({
      logLevel: 'info', port: 0, allowedHosts: ['a', 'b'], leaseSeconds: 2.5,
    });
    const refused = (args: string[], variables: Record<string, string> = {}) => {
      try {
        return readSettings(args, variables);
      } catch (thrown) {
        return thrown;
      }
    };
    expect(refused(['--port', '65536'])).toMatchObject({ code: 'INVALID_INPUT', path: '--port' });
    expect(refused([], { ENTROPIC_PORT: 'x' })).toMatchObject({ code: 'INVALID_INPUT', path: 'ENTROPIC_PORT' });
    expect(refused(['--prt', '1'])).toMatchObject({ code: 'INVALID_INPUT' });
  });
});
