import { lastWill } from '@entropic-lab/store/testing';
import { execFileSync } from 'node:child_process';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A disk for artifacts that can be filled to the last byte. */
export interface FullableDisk extends AsyncDisposable {
  /** `tmpfs`: a file system of its own whose room the kernel really denies. `injected`: Node's own file system calls say ENOSPC. */
  readonly kind: 'tmpfs' | 'injected';
  /** Flags for the Node process that writes to it. */
  readonly nodeFlags: readonly string[];
  fill(): Promise<void>;
  free(): Promise<void>;
}

const sizeMb = 32;

/** The most real one that this machine allows: to mount a file system takes root. */
export async function fullableDisk(folder: string): Promise<FullableDisk> {
  await mkdir(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=777`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return injected(`${folder}.full`);
  }
  // Also of a run that is killed nothing stays mounted.
  const will = lastWill('umount -l "$1"', folder);
  const filler = join(folder, 'filler');
  return {
    kind: 'tmpfs',
    nodeFlags: [],
    fill: () => fillUp(filler),
    free: () => rm(filler, { force: true }),
    // Lazily: a server that was killed may be holding on to it for a moment.
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['-l', folder]);
      await will[Symbol.asyncDispose]();
    },
  };
}

async function fillUp(path: string): Promise<void> {
  const file = await open(path, 'w');
  const room = Buffer.alloc(64 * 1024);
  try {
    for (let bytes: number = room.length; bytes > 0; ) {
      // A disk that is nearly full takes a part, then nothing.
      bytes = (await file.write(room, 0, bytes)).bytesWritten;
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
  } finally {
    await file.close();
  }
}

function injected(flag: string): FullableDisk {
  const preload = new URL('no-space.mjs', import.meta.url);
  return {
    kind: 'injected',
    nodeFlags: ['--import', `${preload.href}?${encodeURIComponent(flag)}`],
    fill: () => writeFile(flag, ''),
    free: () => rm(flag, { force: true }),
    [Symbol.asyncDispose]: () => rm(flag, { force: true }),
  };
}
