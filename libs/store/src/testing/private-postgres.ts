import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from './temporary-folder.ts';

/** A PostgreSQL of the test's own, in a temporary folder, reached by a socket in it. */
export interface PrivatePostgres extends AsyncDisposable {
  readonly url: string;
  /** Ends it at once, in the middle of whatever it does: the next start recovers from its log. */
  crash(): Promise<void>;
  /** Starts it again, and resolves when it answers. */
  start(): Promise<void>;
}

/** Folder of the PostgreSQL programs, or undefined where none is installed. Debian keeps them out of the PATH. */
export function postgresPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env['PATH'] ?? '').split(':')];
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')));
}

/** @throws Error where PostgreSQL is not installed: ask `postgresPrograms` first. */
export async function privatePostgres(): Promise<PrivatePostgres> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error('PostgreSQL is not installed');
  const folder = await temporaryFolder();
  const data = join(folder.path, 'data');
  const user = unprivileged();
  await mkdir(data, { mode: 0o700 });
  if (user.uid !== undefined) [folder.path, data].forEach((path) => chownSync(path, user.uid!, user.gid!));
  const quiet = { ...user, cwd: folder.path, stdio: 'ignore' } as const;
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'lab', '--auth=trust', '--no-sync', '--no-locale', '-E', 'UTF8'], quiet);
  const url = `postgres://lab@localhost/postgres?host=${encodeURIComponent(folder.path)}`;
  let server: ChildProcess;
  const start = async () => {
    server = spawn(join(programs, 'postgres'), ['-D', data, '-k', folder.path, '-c', 'listen_addresses=', '-c', 'fsync=off'], quiet);
    while (!answers(programs, folder.path)) {
      if (server.exitCode !== null) throw new Error(`postgres ended with code ${server.exitCode}`);
      await sleep(100);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode === null && server.signalCode === null && server.kill(signal)) await once(server, 'exit');
  };
  const close = async () => {
    // SIGINT is PostgreSQL's fast shutdown: it does not wait for its clients.
    await end('SIGINT');
    await folder[Symbol.asyncDispose]();
  };
  await start();
  // SIGQUIT is its immediate one: no checkpoint, no goodbye, but its children end with it.
  return { url, crash: () => end('SIGQUIT'), start, [Symbol.asyncDispose]: close };
}

function answers(programs: string, socketFolder: string): boolean {
  try {
    execFileSync(join(programs, 'pg_isready'), ['-q', '-h', socketFolder]);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root; whoever else runs the tests needs nothing. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
