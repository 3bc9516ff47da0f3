import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactFiles } from './files.ts';
import { openStaging, requireHash } from './staging.ts';

/** Bytes in a folder, as `ab/<sha256>`. */
export async function openDisk(folder: string, maxBytes: number, options: { readonly sweep: boolean }): Promise<ArtifactFiles> {
  const staging = await openStaging(join(folder, 'arriving'), maxBytes, options);
  const pathOf = (sha256: string) => join(folder, requireHash(sha256).slice(0, 2), sha256);
  return {
    pathOf,
    async put(announced, content) {
      const path = pathOf(announced.sha256);
      return staging.take(announced, content, async (file) => {
        await mkdir(dirname(path), { recursive: true });
        await rename(file, path);
        await sync(dirname(path));
      });
    },
    async sizeOf(sha256) {
      return (await stat(pathOf(sha256)).catch(() => undefined))?.size;
    },
    read: (sha256, range) => Promise.resolve(createReadStream(pathOf(sha256), range === undefined ? {} : { start: range.first, end: range.last })),
    async *list(before) {
      await staging.tidy(before);
      for (const part of await readdir(folder)) {
        if (!/^[0-9a-f]{2}$/.test(part)) continue;
        for (const name of await readdir(join(folder, part))) {
          const found = await stat(join(folder, part, name)).catch(() => undefined);
          if (/^[0-9a-f]{64}$/.test(name) && found !== undefined && found.mtime < before) yield name;
        }
      }
    },
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
  };
}

/** A name is kept by its folder: without this a power failure could leave a record without bytes. Windows knows no such thing. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
