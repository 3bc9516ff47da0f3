import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const own = ['src', 'public', 'build', 'index.html', 'vite.config.mjs', 'package.json'];

/** Hash of the Studio's sources, of the packages of this repository it contains, and of the versions of all others. */
export async function contentHash(web) {
  const require = createRequire(join(web, 'package.json'));
  const packages = ['@entropic-lab/client', '@entropic-lab/protocol', '@entropic-lab/studies'].map((name) => dirname(require.resolve(name)));
  const lock = join(web, '../../package-lock.json');
  const roots = [...own.map((name) => join(web, name)), ...packages, ...(existsSync(lock) ? [lock] : [])];
  const hash = createHash('sha256');
  for (const root of roots) {
    for (const file of await filesUnder(root)) hash.update(`${relative(web, file)}\0`).update(await readFile(file)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesUnder(path) {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (entries === undefined) return [path];
  return entries.filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).sort();
}
