import { LabError } from '@entropic-lab/protocol';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../index.ts';
import { codeOf } from '../testing/code-of.ts';
import { temporaryFolder, type TemporaryFolder } from '../testing/index.ts';
import { lockFolder } from './lock.ts';
import { processLives, processStart } from './process-identity.ts';

let scratch: TemporaryFolder;
beforeAll(async () => {
  scratch = await temporaryFolder();
});
afterAll(() => scratch[Symbol.asyncDispose]());

async function folder(name: string): Promise<string> {
  const path = join(scratch.path, name);
  await mkdir(path);
  return path;
}

async function leaveLock(path: string, claimant: Record<string, unknown>): Promise<void> {
  await writeFile(join(path, `server-${String(claimant['pid'])}-left.lock`), JSON.stringify({ host: hostname(), since: 'then', ...claimant }));
}

describe('the lock of a data folder', () => {
  it('is held by one, and free again when disposed of', async () => {
    const path = await folder('one');
    const held = await lockFolder(path);
    const refused = await lockFolder(path).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(LabError);
    expect((refused as LabError).code).toBe('DATA_FOLDER_IN_USE');
    expect((refused as LabError).message).toContain(`process ${process.pid}`);
    await held[Symbol.asyncDispose]();
    await (await lockFolder(path))[Symbol.asyncDispose]();
    expect(await readdir(path)).toEqual([]);
  });

  it('is never held by two, whoever comes at once', async () => {
    const path = await folder('many');
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => lockFolder(path)));
    const held = tries.flatMap((tried) => (tried.status === 'fulfilled' ? [tried.value] : []));
    expect(held.length).toBeLessThanOrEqual(1);
    for (const lock of held) await lock[Symbol.asyncDispose]();
    expect(await readdir(path)).toEqual([]);
  });

  it('is taken over from a dead process, from one whose number another has now, and from half a file', async () => {
    const path = await folder('stale');
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    await leaveLock(path, { pid: gone.pid });
    await leaveLock(path, { pid: process.ppid, start: 'another boot/1' });
    await writeFile(join(path, 'server-1-half.lock'), '{"pid":');
    await (await lockFolder(path))[Symbol.asyncDispose]();
    expect(await readdir(path)).toEqual([]);
  });

  it('is respected where another machine may hold it, and says which file to delete', async () => {
    const path = await folder('foreign');
    await leaveLock(path, { pid: 1, host: 'another-machine' });
    await expect(lockFolder(path)).rejects.toThrow(/on another-machine.*delete .*server-1-left\.lock/);
  });

  it('knows a process by its start', () => {
    expect(processLives(process.pid, processStart(process.pid))).toBe(true);
    expect(processLives(process.pid, undefined)).toBe(true);
    expect(processStart(process.pid)).not.toBe(processStart(process.ppid));
  });
});

describe('opening a store', () => {
  it('refuses a folder that another process holds, and opens it, with every run, when that one is killed', async () => {
    const path = join(scratch.path, 'killed');
    const holder = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, '../../fixtures/hold-folder.ts'), path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const told: string[] = [];
    const lines = createInterface(holder.stdout);
    lines.on('line', (id) => told.push(id));
    while (told.length < 3) await once(lines, 'line');
    const opening = openStore({ folder: path });
    await expect(opening).rejects.toThrow(`process ${holder.pid}`);
    expect(await codeOf(opening)).toBe('DATA_FOLDER_IN_USE folder');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const store = await openStore({ folder: path });
    for (const id of told) expect(await store.findRun(id)).toMatchObject({ status: 'queued' });
    await store[Symbol.asyncDispose]();
  }, 120_000);

  it('refuses what is no folder, and a database that is none, and leaves no lock behind', async () => {
    const file = join(scratch.path, 'file');
    await writeFile(file, '');
    expect(await codeOf(openStore({ folder: file }))).toBe('DATA_FOLDER_UNUSABLE folder');
    expect(await codeOf(openStore({ folder: join(file, 'below') }))).toBe('DATA_FOLDER_UNUSABLE folder');
    const broken = await folder('broken');
    await mkdir(join(broken, 'database', 'base'), { recursive: true });
    await writeFile(join(broken, 'database', 'PG_VERSION'), 'nonsense');
    expect(await codeOf(openStore({ folder: broken }))).toBe('DATA_FOLDER_UNUSABLE folder');
    expect((await readdir(broken)).filter((name) => name.endsWith('.lock'))).toEqual([]);
  }, 120_000);

  it.skipIf(process.getuid?.() === 0)('refuses a folder it may not write', async () => {
    const path = await folder('read-only');
    await chmod(path, 0o500);
    expect(await codeOf(openStore({ folder: path }))).toBe('DATA_FOLDER_UNUSABLE folder');
  });
});
