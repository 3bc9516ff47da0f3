import { LabError } from '@entropic-lab/protocol';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** What must be known of an attempt to go on with its events: the lab, and the fence of the lease. */
export interface AttemptNote {
  readonly url: string;
  readonly runId: string;
  readonly attempt: number;
  /** Number of the first event of the attempt. */
  readonly nextSeq: number;
}

/** A folder that an attempt has for its journal and its files. */
export interface AttemptFolder extends AttemptNote {
  readonly path: string;
  /** Where an artifact lies until it is uploaded. */
  fileOf(sha256: string): string;
  remove(): Promise<void>;
}

/**
 * Where agents of this machine keep what the lab does not have yet: a folder an agent, in it a folder an attempt. An
 * agent lives as long as the socket in its folder answers, so what a dead one left can be told from what is in use.
 */
export interface Spool extends AsyncDisposable {
  attempt(note: AttemptNote): Promise<AttemptFolder>;
  /** Takes over the attempts that dead agents of the same lab left; nobody else gets them. */
  adopt(url: string): Promise<AttemptFolder[]>;
}

const [socketName, noteName] = ['alive', 'attempt.json'];
/** Of a path of a socket (108 bytes on Linux, 104 on macOS). */
const longestPath = 100;

/** @throws LabError INVALID_INPUT for a path too long for a socket. */
export async function openSpool(root: string): Promise<Spool> {
  const own = join(root, randomBytes(4).toString('hex'));
  if (Buffer.byteLength(join(own, socketName)) > longestPath) {
    throw new LabError('INVALID_INPUT', `[worker] expected a spool folder with a path of at most ${longestPath - socketName!.length - 10} bytes, got ${root} (spoolFolder). Give a shorter one.`, { path: 'spoolFolder' });
  }
  await mkdir(own, { recursive: true, mode: 0o700 });
  const alive = await listen(join(own, socketName!));
  return {
    attempt: (note) => newAttempt(own, note),
    async adopt(url) {
      const others = (await readdir(root)).map((name) => join(root, name)).filter((path) => path !== own);
      return (await Promise.all(others.map((path) => adoptFrom(path, own, url)))).flat();
    },
    async [Symbol.asyncDispose]() {
      alive.close();
      await rm(join(own, socketName!), { force: true });
      // What is not delivered stays for the next agent.
      await rmdir(own).catch(() => undefined);
    },
  };
}

async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  await once(server, 'listening');
  return server.unref();
}

async function newAttempt(own: string, note: AttemptNote): Promise<AttemptFolder> {
  const path = join(own, `${note.runId}-${note.attempt}`);
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  await writeFile(join(path, noteName!), JSON.stringify(note), { flush: true });
  return folderOf(path, note);
}

function folderOf(path: string, note: AttemptNote): AttemptFolder {
  // A runner that is just ending may still be writing.
  return { ...note, path, fileOf: (sha256) => join(path, sha256), remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

async function adoptFrom(dead: string, own: string, url: string): Promise<AttemptFolder[]> {
  if (await answers(join(dead, socketName!))) return [];
  const adopted: AttemptFolder[] = [];
  for (const name of await readdir(dead).catch(() => [])) {
    const note = await readNote(join(dead, name));
    if (note?.url !== url) continue;
    // Of several who try, the rename succeeds for one.
    const moved = await rename(join(dead, name), join(own, name)).then(() => true, () => false);
    if (moved) adopted.push(folderOf(join(own, name), note));
  }
  const rest = (await readdir(dead).catch(() => [])).filter((name) => name !== socketName);
  if (rest.length === 0) await rm(dead, { recursive: true, force: true });
  return adopted;
}

async function readNote(path: string): Promise<AttemptNote | undefined> {
  try {
    return JSON.parse(await readFile(join(path, noteName!), 'utf8')) as AttemptNote;
  } catch {
    return undefined;
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}
