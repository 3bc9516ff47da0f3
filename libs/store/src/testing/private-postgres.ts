import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastWill } from './last-will.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A PostgreSQL of the test's own, in a temporary folder, reached by a socket in it. */
export interface PrivatePostgres extends AsyncDisposable {
  readonly url: string;
  /** Ends it with SIGKILL, in the middle of whatever it does: the next start recovers from its log. */
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
  let will: AsyncDisposable | undefined;
  const start = async () => {
    server = spawn(join(programs, 'postgres'), ['-D', data, '-k', folder.path, '-c', 'listen_addresses=', '-c', 'fsync=off'], quiet);
    // A test run that is killed leaves no database behind.
    will = lastWill('kill -INT "$1"; while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"', String(server.pid), folder.path);
    while (!answers(programs, folder.path)) {
      if (server.exitCode !== null) throw new Error(`postgres ended with code ${server.exitCode}`);
      await sleep(100);
    }
  };
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode === null && server.signalCode === null && server.kill(signal)) await once(server, 'exit');
    await will?.[Symbol.asyncDispose]();
  };
  const close = async () => {
    // SIGINT is PostgreSQL's fast shutdown: it does not wait for its clients.
    await end('SIGINT');
    await folder[Symbol.asyncDispose]();
  };
  await start();
  const crash = async () => {
    const children = childrenOf(server.pid!);
    await end('SIGKILL');
    // They end by themselves once their parent is gone; as long as one lives, no other may start on the folder.
    while (children.some(lives)) await sleep(20);
  };
  return { url, crash, start, [Symbol.asyncDispose]: close };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function lives(pid: number): boolean {
  try {
    // Of a zombie only its number is left.
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
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
